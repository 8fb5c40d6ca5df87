package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in the form the broker's API shows it.
 *
 * @param nodes in chunk order, four per chunk
 * @param spares the nodes of hot spares, in chunk order, two per spare: replicas beside those of the chunk. Not written
 *     when empty
 */
public record Cluster(ClusterName name, Epoch epoch, List<Node> nodes, ClusterConfig config, List<Node> spares) {
    /** A missing {@code config} is the default one. */
    public Cluster(
            ClusterName name,
            Epoch epoch,
            List<Node> nodes,
            @Nullable ClusterConfig config,
            @Nullable List<Node> spares) {
        requireNonNull(name, "name");
        requireNonNull(epoch, "epoch");
        requireNonNull(nodes, "nodes");
        this.name = name;
        this.epoch = epoch;
        this.nodes = List.copyOf(nodes);
        this.config = config == null ? ClusterConfig.DEFAULT : config;
        this.spares = spares == null ? List.of() : List.copyOf(spares);
    }
}
