package io.undermoon.proxy.replication;

import static java.util.Comparator.comparingLong;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.InfoReport.AttachedReplica;
import java.util.List;

/**
 * What was last known of a run of a master, to tell after its end whether another node has a copy of it. Immutable.
 *
 * @param history the id of the history of its data
 * @param hasCopy whether a replica followed it
 * @param acknowledged the offset in the history up to which its replicas had it: which of them is asked for its copy
 *     cannot be told
 */
record Mastership(String history, boolean hasCopy, long acknowledged) {
    /** As Redis counts replicas for {@code min-replicas-to-write}, by its default. */
    private static final long MAX_LAG_SECONDS = 10;

    /**
     * What a master reports.
     *
     * @param replicas how many it should have. Of more the longest silent do not count: one that was replaced because
     *     it is cut off seems to be connected for some time
     */
    static Mastership of(InfoReport master, int replicas) {
        List<AttachedReplica> followers = master.replicas().stream()
                .filter(replica -> replica.online() && replica.lagSeconds() <= MAX_LAG_SECONDS)
                .sorted(comparingLong(AttachedReplica::lagSeconds))
                .limit(Math.max(1, replicas))
                .toList();
        long acknowledged = followers.stream()
                .mapToLong(replica -> master.offset() - replica.lagBytes())
                .min()
                .orElse(0);
        return new Mastership(master.replicationId(), !followers.isEmpty(), acknowledged);
    }

    /** Whether another node has the copy: it follows no later run, and has not started anew. */
    boolean isKeptBy(InfoReport other) {
        String continued = other.role() == Role.MASTER ? other.formerReplicationId() : other.replicationId();
        return hasCopy && continued.equals(history) && other.offset() >= acknowledged;
    }

    /**
     * Whether a node that is asked to be a replica of a master in a new run has data of a former one, as far as can be
     * told without having seen that: it has been connected, and to no run with the present history.
     */
    static boolean isUnseenOneKeptBy(NodeAddress master, InfoReport now, InfoReport other) {
        return WantedRole.replicaOf(master).isMetBy(other)
                && other.hasFollowed()
                && other.offset() > 0
                && !other.replicationId().equals(now.replicationId());
    }
}
