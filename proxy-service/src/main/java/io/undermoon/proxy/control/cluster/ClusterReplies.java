package io.undermoon.proxy.control.cluster;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientPorts;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.cluster.FailingProxies.Health;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/** Writes {@code CLUSTER NODES}, {@code SLOTS}, {@code SHARDS} and {@code INFO} in the format of Redis 7. */
final class ClusterReplies {
    /** The port that the original Undermoon reports; proxies have no cluster bus. */
    private static final String BUS_PORT = "@5299";

    private ClusterReplies() {}

    /**
     * One line for each master, then for each replica; this proxy first.
     *
     * @param role in which this proxy serves the client
     */
    static String nodes(ClusterView view, FailingProxies failing, Role role, ClientPorts ports, boolean withBusPort) {
        String self = view.selfId(role);
        StringBuilder lines = new StringBuilder();
        for (ClusterView.Master master : view.masters()) {
            begin(lines, master.id(), ports.addressOf(master.proxy()), withBusPort);
            boolean isSelf = master.id().equals(self);
            Health health = isSelf ? Health.ONLINE : failing.of(master);
            lines.append(isSelf ? " myself,master" : " master")
                    .append(health.flag())
                    .append(" -");
            end(lines, view, health);
            for (SlotRange range : master.slots().ranges()) {
                lines.append(' ').append(range.start());
                if (range.size() > 1) {
                    lines.append('-').append(range.end());
                }
            }
            lines.append('\n');
        }
        for (ClusterView.Replica replica : view.replicas()) {
            replica(lines, view, failing, self, replica, ports, withBusPort);
            lines.append('\n');
        }
        return lines.toString();
    }

    /** The lines of {@link #nodes} for the replicas of one master, without line ends. */
    static List<String> replicas(
            ClusterView view,
            FailingProxies failing,
            Role role,
            String masterId,
            ClientPorts ports,
            boolean withBusPort) {
        List<String> lines = new ArrayList<>();
        for (ClusterView.Replica replica : view.replicas()) {
            if (replica.master().id().equals(masterId)) {
                StringBuilder line = new StringBuilder();
                replica(line, view, failing, view.selfId(role), replica, ports, withBusPort);
                lines.add(line.toString());
            }
        }
        return lines;
    }

    private static void replica(
            StringBuilder lines,
            ClusterView view,
            FailingProxies failing,
            String self,
            ClusterView.Replica replica,
            ClientPorts ports,
            boolean withBusPort) {
        begin(lines, replica.id(), ports.addressOf(replica.proxy()), withBusPort);
        boolean isSelf = replica.id().equals(self);
        Health health = isSelf ? Health.ONLINE : failing.of(replica);
        lines.append(isSelf ? " myself,slave" : " slave")
                .append(health.flag())
                .append(' ')
                .append(replica.master().id());
        end(lines, view, health);
    }

    private static void begin(StringBuilder lines, String id, String address, boolean withBusPort) {
        lines.append(id).append(' ').append(address).append(withBusPort ? BUS_PORT : "");
    }

    private static void end(StringBuilder lines, ClusterView view, Health health) {
        lines.append(" 0 0 ")
                .append(view.topology().epoch())
                .append(health == Health.ONLINE ? " connected" : " disconnected");
    }

    /**
     * {@code [start, end, [host, port, id, []], …]} for each run of slots, the master before its replicas, without
     * those that have failed.
     *
     * @param withHostNames whether a node has the fourth element, which Redis has since 7.0
     */
    static void slots(ClusterView view, FailingProxies failing, Client client, boolean withHostNames, ByteBuf out) {
        RespWriter.array(out, view.runs().size());
        for (ClusterView.Run run : view.runs()) {
            List<ClusterView.Replica> replicas = run.replicas().stream()
                    .filter(replica -> failing.of(replica) != Health.FAILED)
                    .toList();
            RespWriter.array(out, 3 + replicas.size());
            RespWriter.integer(out, run.slots().start());
            RespWriter.integer(out, run.slots().end());
            slotsNode(run.master().proxy(), run.master().id(), client, withHostNames, out);
            replicas.forEach(replica -> slotsNode(replica.proxy(), replica.id(), client, withHostNames, out));
        }
    }

    private static void slotsNode(ProxyAddress address, String id, Client client, boolean withHostNames, ByteBuf out) {
        RespWriter.array(out, withHostNames ? 4 : 3);
        HostPort shown = client.ports().of(address);
        RespWriter.bulk(out, shown.host());
        RespWriter.integer(out, shown.port());
        RespWriter.bulk(out, id);
        if (withHostNames) {
            RespWriter.map(out, client.protocol(), 0);
        }
    }

    /**
     * One shard for each master.
     *
     * @param states of the local nodes; other replicas that have not failed count as online with offset 0
     */
    static void shards(
            ClusterView view, FailingProxies failing, Map<NodeAddress, NodeState> states, Client client, ByteBuf out) {
        RespWriter.array(out, view.masters().size());
        for (ClusterView.Master master : view.masters()) {
            List<ClusterView.Replica> replicas = view.replicas().stream()
                    .filter(replica -> replica.master() == master)
                    .toList();
            RespWriter.map(out, client.protocol(), 2);
            RespWriter.bulk(out, "slots");
            RespWriter.array(out, 2 * master.slots().ranges().size());
            for (SlotRange range : master.slots().ranges()) {
                RespWriter.integer(out, range.start());
                RespWriter.integer(out, range.end());
            }
            RespWriter.bulk(out, "nodes");
            RespWriter.array(out, 1 + replicas.size());
            boolean masterUp = failing.of(master) != Health.FAILED;
            shardNode(master.id(), master.proxy(), client, "master", 0, masterUp, out);
            for (ClusterView.Replica replica : replicas) {
                List<NodeState> known = replica.nodes().stream()
                        .map(states::get)
                        .filter(Objects::nonNull)
                        .toList();
                long offset = known.stream()
                        .mapToLong(NodeState::replicationOffset)
                        .min()
                        .orElse(0);
                boolean up =
                        failing.of(replica) != Health.FAILED && known.stream().allMatch(NodeState::up);
                shardNode(replica.id(), replica.proxy(), client, "replica", offset, up, out);
            }
        }
    }

    private static void shardNode(
            String id, ProxyAddress address, Client client, String role, long offset, boolean up, ByteBuf out) {
        OptionalInt plain = client.ports().plainOf(address);
        OptionalInt tls = client.ports().tlsOf(address);
        String host = client.ports().of(address).host();
        RespWriter.map(out, client.protocol(), 6 + (plain.isPresent() ? 1 : 0) + (tls.isPresent() ? 1 : 0));
        RespWriter.bulk(out, "id");
        RespWriter.bulk(out, id);
        shardPort("port", plain, out);
        shardPort("tls-port", tls, out);
        RespWriter.bulk(out, "ip");
        RespWriter.bulk(out, host);
        RespWriter.bulk(out, "endpoint");
        RespWriter.bulk(out, host);
        RespWriter.bulk(out, "role");
        RespWriter.bulk(out, role);
        RespWriter.bulk(out, "replication-offset");
        RespWriter.integer(out, offset);
        RespWriter.bulk(out, "health");
        RespWriter.bulk(out, up ? "online" : "failed");
    }

    private static void shardPort(String name, OptionalInt port, ByteBuf out) {
        if (port.isPresent()) {
            RespWriter.bulk(out, name);
            RespWriter.integer(out, port.getAsInt());
        }
    }

    /** The state is {@code ok} only when every slot is served by a proxy that works. Others work in either state. */
    static String info(ClusterView view, FailingProxies failing) {
        int failed = slotsOf(view, failing, Health.FAILED);
        int suspected = slotsOf(view, failing, Health.SUSPECTED);
        int served = view.servedSlots();
        boolean ok = view.topology().clusterName() != null && served == Slot.COUNT && failed == 0;
        long serving = view.masters().stream()
                .filter(master -> !master.slots().isEmpty())
                .count();
        int known = view.masters().size() + view.replicas().size();
        return "cluster_state:" + (ok ? "ok" : "fail")
                + "\r\ncluster_slots_assigned:" + served
                + "\r\ncluster_slots_ok:" + (served - failed - suspected)
                + "\r\ncluster_slots_pfail:" + suspected
                + "\r\ncluster_slots_fail:" + failed
                + "\r\ncluster_known_nodes:" + known
                + "\r\ncluster_size:" + serving
                + "\r\ncluster_current_epoch:" + view.topology().epoch()
                + "\r\ncluster_my_epoch:" + view.topology().epoch()
                + "\r\ncluster_stats_messages_sent:0"
                + "\r\ncluster_stats_messages_received:0"
                + "\r\ntotal_cluster_links_buffer_limit_exceeded:0\r\n";
    }

    private static int slotsOf(ClusterView view, FailingProxies failing, Health health) {
        return view.masters().stream()
                .filter(master -> failing.of(master) == health)
                .mapToInt(master -> master.slots().size())
                .sum();
    }
}
