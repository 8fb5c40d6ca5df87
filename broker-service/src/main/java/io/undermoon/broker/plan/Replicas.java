package io.undermoon.broker.plan;

import static java.util.Objects.requireNonNull;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the replicas: a replica that is in sync has the data of its master and may become master; any other
 * has missed acknowledged writes, or may have. Coordinators report it. As long as no replica of a chunk was reported,
 * they count as in sync only where nobody will report them, as in a system that has parts of the original: those of a
 * cluster that was created a moment ago do not have the data of their masters yet.
 */
public final class Replicas {
    private Replicas() {}

    /**
     * What a coordinator has seen of a replica.
     *
     * @param proxyAddress the proxy of the replica
     * @param masterAddress the node that it follows
     * @param epoch of the metadata that the proxy had then
     */
    @Schema(name = "ReplicaReport")
    public record Report(
            ProxyAddress proxyAddress,
            NodeAddress nodeAddress,
            NodeAddress masterAddress,
            Epoch epoch,
            boolean inSync) {
        public Report {
            requireNonNull(proxyAddress, "proxy_address");
            requireNonNull(nodeAddress, "node_address");
            requireNonNull(masterAddress, "master_address");
            requireNonNull(epoch, "epoch");
        }
    }

    /**
     * Stores what a coordinator has seen. The result has the reports that are about other metadata than the present:
     * the node is no such replica, or the epoch is not that of its cluster. What was seen before a change of roles says
     * nothing about the time after it.
     */
    public static Outcome<List<Report>> report(Metadata state, List<Report> reports) {
        MetadataEdit edit = state.edit();
        List<Report> outdated = new ArrayList<>();
        for (Report report : reports) {
            if (!accept(state, edit, report)) {
                outdated.add(report);
            }
        }
        return new Outcome<>(edit.done(), List.copyOf(outdated));
    }

    private static boolean accept(Metadata state, MetadataEdit edit, Report report) {
        ProxyResource proxy = state.allProxies().get(report.proxyAddress());
        if (proxy == null || proxy.cluster() == null) {
            return false;
        }
        StoredCluster cluster = edit.cluster(proxy.cluster());
        int index = cluster.chunkOf(report.proxyAddress());
        StoredChunk chunk = cluster.chunks().get(index);
        Optional<Spare> spare = chunk.spare(report.proxyAddress());
        if (spare.isPresent()) {
            // Nothing depends on it: a spare becomes no master before it is a half and reported as such.
            int part = spare.get().nodeAddresses().indexOf(report.nodeAddress());
            return part >= 0
                    && chunk.master(part).equals(report.masterAddress())
                    && cluster.epoch().equals(report.epoch());
        }
        int node = chunk.nodeAddresses().indexOf(report.nodeAddress());
        if (node < 0
                || chunk.rolePosition().isMaster(node)
                || !chunk.proxyOfNode(node).equals(report.proxyAddress())
                || !chunk.nodeAddresses()
                        .get(RolePosition.replicationPeer(node))
                        .equals(report.masterAddress())
                || !cluster.epoch().equals(report.epoch())) {
            return false;
        }
        int part = RolePosition.partOfNode(node);
        if (chunk.isSynced(part) != report.inSync() || !chunk.tracksReplicas()) {
            edit.put(cluster.withChunk(index, chunk.withSynced(part, report.inSync())));
        }
        return true;
    }

    /** The metadata in which no replica that coordinators report counts as in sync. */
    static Metadata withoutCopies(Metadata state) {
        MetadataEdit edit = state.edit();
        state.clusters()
                .values()
                .forEach(cluster -> edit.put(cluster.withChunks(cluster.chunks().stream()
                        .map(chunk -> chunk.tracksReplicas()
                                ? chunk.withSynced(0, false).withSynced(1, false)
                                : chunk)
                        .toList())));
        return edit.done();
    }

    /** The metadata in which no replica behind a proxy counts as in sync. */
    static Metadata withoutCopiesOf(Metadata state, ProxyResource proxy) {
        StoredCluster cluster =
                proxy.cluster() == null ? null : state.clusters().get(proxy.cluster());
        if (cluster == null) {
            return state;
        }
        int index = cluster.chunkOf(proxy.proxyAddress());
        StoredChunk chunk = cluster.chunks().get(index);
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            int replica = RolePosition.replicationPeer(chunk.rolePosition().masterNode(part));
            if (chunk.isSynced(part) && chunk.proxyOfNode(replica).equals(proxy.proxyAddress())) {
                chunk = chunk.withSynced(part, false);
            }
        }
        if (chunk.equals(cluster.chunks().get(index))) {
            return state;
        }
        MetadataEdit edit = state.edit();
        edit.put(cluster.withChunk(index, chunk));
        return edit.done();
    }

    /**
     * Whether the masters of a chunk can be moved to another position without the loss of writes that their replicas
     * have missed. A part without slots has nothing to lose.
     */
    static boolean allow(Metadata state, StoredChunk chunk, RolePosition position) {
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            boolean moves =
                    chunk.rolePosition().masterNode(part) != position.masterNode(part) && chunk.ownsSlotsOrMoves(part);
            if (moves && !mayBecomeMaster(state, chunk, part)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the replica of a part has the data of its master, as far as that can be known. */
    public static boolean mayBecomeMaster(Metadata state, StoredChunk chunk, int part) {
        return chunk.tracksReplicas() ? chunk.isSynced(part) : !willBeReported(state, chunk);
    }

    /**
     * Whether a coordinator will report the replicas of a chunk, at the latest when it runs again. Those of the
     * original neither register nor report, and its proxies neither mark nodes nor tell of links.
     */
    private static boolean willBeReported(Metadata state, StoredChunk chunk) {
        return !state.coordinators().isEmpty()
                && chunk.proxyAddresses().stream().map(state.allProxies()::get).allMatch(Replicas::tellsOfLinks);
    }

    private static boolean tellsOfLinks(@Nullable ProxyResource proxy) {
        return proxy != null && proxy.marking() != null;
    }
}
