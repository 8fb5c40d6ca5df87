package io.undermoon.proxy.control.info;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.InfoReport.AttachedReplica;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The section {@code replication} of {@code INFO}, for a client that takes this proxy for one node: the fields of Redis
 * 7 in their order, without what the nodes do not tell. The replication streams of several nodes count as one, whose
 * length is the sum of theirs. While no node has answered there are no offsets: to clients such as Lettuce 0 means that
 * a replica has not synchronised yet.
 *
 * @param nodes of one role behind this proxy that have answered
 */
record ReplicationFigures(List<InfoReport> nodes) {
    private static final long DEFAULT_PRIORITY = 100;
    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

    /** Where a replica is, and how it is doing. */
    record Attached(HostPort address, boolean isOnline, long offset, long lagSeconds) {}

    private long sum(String field) {
        return nodes.stream().mapToLong(node -> node.number(field)).sum();
    }

    private long most(String field, long none) {
        return nodes.stream().mapToLong(node -> node.number(field)).max().orElse(none);
    }

    private long least(String field) {
        return nodes.stream().mapToLong(node -> node.number(field)).min().orElse(0);
    }

    /** The length of the streams of all nodes, as far as the nodes have them. */
    long offset() {
        return nodes.stream().mapToLong(InfoReport::offset).sum();
    }

    /** The state of the link to the masters in the words of {@code ROLE}; as bad as the worst one. */
    String linkState() {
        if (isLinkUp()) {
            return "connected";
        }
        return most("master_sync_in_progress", 0) == 1 ? "sync" : "connect";
    }

    boolean isLinkUp() {
        return !nodes.isEmpty() && nodes.stream().allMatch(InfoReport::linkUp);
    }

    void replication(InfoText text, ShownReplication shown) {
        text.field("role", shown.role() == Role.MASTER ? "master" : "slave");
        if (shown.role() == Role.MASTER) {
            List<Attached> replicas = attached(shown);
            text.field("connected_slaves", replicas.size());
            for (int i = 0; i < replicas.size(); i++) {
                text.field("slave" + i, line(replicas.get(i)));
            }
        } else {
            link(text, shown);
            text.field("connected_slaves", 0);
        }
        text.field("master_failover_state", "no-failover");
        if (nodes.size() == 1) {
            text.field("master_replid", nodes.get(0).replicationId())
                    .field("master_replid2", nodes.get(0).formerReplicationId());
        }
        if (nodes.isEmpty()) {
            return;
        }
        text.field("master_repl_offset", sum("master_repl_offset"))
                .field("second_repl_offset", most("second_repl_offset", -1))
                .field("repl_backlog_active", least("repl_backlog_active"))
                .field("repl_backlog_size", sum("repl_backlog_size"))
                .field("repl_backlog_first_byte_offset", sum("repl_backlog_first_byte_offset"))
                .field("repl_backlog_histlen", sum("repl_backlog_histlen"));
    }

    /** The link of the replicas to their masters; it is as bad as the worst one. */
    private void link(InfoText text, ShownReplication shown) {
        boolean isUp = isLinkUp();
        shown.others().stream()
                .findFirst()
                .ifPresent(master -> text.field("master_host", master.host()).field("master_port", master.port()));
        text.field("master_link_status", isUp ? "up" : "down")
                .field("master_last_io_seconds_ago", isUp ? most("master_last_io_seconds_ago", -1) : -1)
                .field("master_sync_in_progress", most("master_sync_in_progress", 0));
        if (!nodes.isEmpty()) {
            if (!nodes.get(0).text("slave_read_repl_offset").isEmpty()) {
                text.field("slave_read_repl_offset", sum("slave_read_repl_offset"));
            }
            text.field("slave_repl_offset", sum("slave_repl_offset"));
        }
        if (!isUp) {
            text.field("master_link_down_since_seconds", most(InfoReport.LINK_DOWN_SINCE, -1));
        }
        text.field("slave_priority", nodes.isEmpty() ? DEFAULT_PRIORITY : least("slave_priority"))
                .field("slave_read_only", 1)
                .field("replica_announced", 1);
    }

    private String line(Attached replica) {
        return "ip=" + replica.address().host() + ",port="
                + replica.address().port() + ",state=" + (replica.isOnline() ? "online" : "wait_bgsave") + ",offset="
                + replica.offset() + ",lag=" + replica.lagSeconds();
    }

    /**
     * The replicas that are connected to the masters here. One that has replicas of several masters is as far behind
     * as all of them, and online if they are.
     */
    List<Attached> attached(ShownReplication shown) {
        List<Attached> found = new ArrayList<>();
        for (int i = 0; i < shown.others().size(); i++) {
            Set<NodeAddress> wanted = shown.nodes().get(i);
            List<AttachedReplica> connected = nodes.stream()
                    .flatMap(master -> master.replicas().stream())
                    .filter(replica -> wanted.stream().anyMatch(node -> isSame(node, replica)))
                    .toList();
            if (!connected.isEmpty()) {
                found.add(new Attached(
                        shown.others().get(i),
                        connected.size() >= wanted.size() && connected.stream().allMatch(AttachedReplica::online),
                        offset()
                                - connected.stream()
                                        .mapToLong(AttachedReplica::lagBytes)
                                        .sum(),
                        connected.stream()
                                .mapToLong(AttachedReplica::lagSeconds)
                                .max()
                                .orElse(0)));
            }
        }
        return found;
    }

    /** A master knows the addresses from which its replicas have connected; the metadata may have names. */
    private static boolean isSame(NodeAddress node, AttachedReplica replica) {
        HostPort wanted = HostPort.parse(node.value());
        return replica.address().equals(node.value())
                || !IP_ADDRESS.matcher(wanted.host()).matches()
                        && replica.address().endsWith(":" + wanted.port());
    }
}
