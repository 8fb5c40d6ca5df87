package io.undermoon.proxy.topology;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetRepl;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the proxy was told of its cluster, and the routes that follow from it. An immutable snapshot: a command reads it once
 * and sees one consistent state.
 *
 * @param cluster the last accepted {@code SETCLUSTER}; at start one with epoch 0 and no cluster
 * @param replication the last accepted {@code SETREPL}; at start one with epoch 0 and no nodes
 * @param routes slot to target
 * @param endpoints everything the routes lead to
 * @param compressionKnownSinceNanos since when, as {@link System#nanoTime}, the proxy knows that there may be compressed values;
 *     without meaning while there are none
 * @param ownership who has the slots that move to or from nodes behind this proxy; for each tagged range of them
 */
public record Topology(
        SetCluster cluster,
        SetRepl replication,
        RouteTable routes,
        Set<Endpoint> endpoints,
        long compressionKnownSinceNanos,
        Map<TaggedSlots, SlotOwnership> ownership) {
    public Topology {
        endpoints = Set.copyOf(endpoints);
        ownership = Map.copyOf(ownership);
    }

    /** The epoch of the cluster's metadata, 0 before anything was told. */
    public Epoch epoch() {
        return cluster.epoch();
    }

    /** Which values are compressed. */
    public CompressionStrategy compression() {
        return cluster.config().compressionStrategy();
    }

    /** The cluster the proxy belongs to, absent while it is free. */
    public @Nullable ClusterName clusterName() {
        return cluster.clusterName();
    }
}
