package io.undermoon.umctl;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The compressed form of {@link SetCluster}: {@link CompressedJson}.
 *
 * @param clusterName empty for a free proxy
 */
public record CompressedCluster(
        String clusterName,
        Map<NodeAddress, List<TaggedSlots>> local,
        Map<ProxyAddress, List<TaggedSlots>> peer,
        @Nullable List<ReplicaNode> replica,
        ClusterConfig clusterConfig) {
    public CompressedCluster {
        requireNonNull(clusterName, "cluster_name");
        requireNonNull(clusterConfig, "cluster_config");
        requireNonNull(local, "local").forEach(CompressedCluster::requireSlots);
        requireNonNull(peer, "peer").forEach(CompressedCluster::requireSlots);
        if (replica != null) {
            replica.forEach(node -> requireNonNull(node, "replica"));
        }
    }

    private static void requireSlots(Object address, List<TaggedSlots> slots) {
        requireNonNull(slots, () -> "slots of " + address)
                .forEach(range -> requireNonNull(range, "slots of an address"));
    }

    static String print(SetCluster message) {
        ClusterName name = message.clusterName();
        CompressedCluster shape = new CompressedCluster(
                name == null ? "" : name.value(),
                message.local(),
                message.peers(),
                message.replicas(),
                message.config());
        return CompressedJson.print(shape);
    }

    static SetCluster parse(Epoch epoch, boolean force, String blob) {
        CompressedCluster shape = CompressedJson.parse(blob, CompressedCluster.class);
        if (!shape.clusterName.isEmpty() && !ClusterName.isLegal(shape.clusterName)) {
            throw new UmctlSyntaxException(
                    UmctlSyntaxException.Kind.INVALID_CLUSTER_NAME, "cluster name '" + shape.clusterName + "'");
        }
        return new SetCluster(
                epoch,
                force,
                shape.clusterName.isEmpty() ? null : new ClusterName(shape.clusterName),
                shape.local,
                shape.peer,
                shape.replica == null ? List.of() : shape.replica,
                shape.clusterConfig,
                false);
    }
}
