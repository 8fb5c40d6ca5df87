package io.undermoon.umctl;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What leads from one content of a cluster to a later one, the same for every proxy of the cluster; or a whole content,
 * for a proxy that has none of it. As text it is padded standard Base64 of gzip of JSON.
 *
 * @param base the epoch of the content that it changes; 0 for a whole content
 * @param masters the masters of each proxy that has others than before, or other slots
 * @param former the proxies that have no masters any more
 * @param replicas the replicas that are new or differ
 * @param formerReplicas the nodes that are no replicas any more
 * @param digest of the later content: who does not come to it had another content before
 */
public record ClusterChange(
        ClusterName clusterName,
        Epoch base,
        Epoch epoch,
        Map<ProxyAddress, Map<NodeAddress, List<TaggedSlots>>> masters,
        List<ProxyAddress> former,
        List<ReplicaNode> replicas,
        List<NodeAddress> formerReplicas,
        ClusterConfig clusterConfig,
        String digest) {

    public ClusterChange {
        requireNonNull(clusterName, "cluster_name");
        requireNonNull(base, "base");
        requireNonNull(epoch, "epoch");
        requireNonNull(clusterConfig, "cluster_config");
        requireNonNull(digest, "digest");
        requireNonNull(masters, "masters")
                .forEach((proxy, nodes) -> requireNonNull(nodes, () -> "masters of " + proxy)
                        .forEach((node, slots) -> requireNonNull(slots, () -> "slots of " + node)
                                .forEach(range -> requireNonNull(range, "slots of an address"))));
        former = List.copyOf(requireNonNull(former, "former"));
        replicas = List.copyOf(requireNonNull(replicas, "replicas"));
        formerReplicas = List.copyOf(requireNonNull(formerReplicas, "former_replicas"));
    }

    /** A whole content. */
    public static ClusterChange whole(ClusterContent content) {
        return between(
                new ClusterContent(content.name(), Epoch.ZERO, Map.of(), Map.of(), ClusterConfig.DEFAULT), content);
    }

    /** From one content of a cluster to another. */
    public static ClusterChange between(ClusterContent before, ClusterContent after) {
        Map<ProxyAddress, Map<NodeAddress, List<TaggedSlots>>> masters = new LinkedHashMap<>(after.masters());
        masters.entrySet()
                .removeIf(entry -> entry.getValue().equals(before.masters().get(entry.getKey())));
        Map<NodeAddress, ReplicaNode> replicas = new LinkedHashMap<>(after.replicas());
        replicas.entrySet()
                .removeIf(entry -> entry.getValue().equals(before.replicas().get(entry.getKey())));
        return new ClusterChange(
                after.name(),
                before.epoch(),
                after.epoch(),
                masters,
                without(before.masters().keySet(), after.masters().keySet()),
                List.copyOf(replicas.values()),
                without(before.replicas().keySet(), after.replicas().keySet()),
                after.config(),
                after.digest());
    }

    private static <K> List<K> without(Set<K> before, Set<K> after) {
        Set<K> gone = new LinkedHashSet<>(before);
        gone.removeAll(after);
        return List.copyOf(gone);
    }

    public boolean isWhole() {
        return base.equals(Epoch.ZERO);
    }

    /**
     * The metadata that a proxy has afterwards.
     *
     * @param present what it has; of no interest if this is a whole content
     * @param self its address in the metadata
     * @return empty if what it has is not what this changes
     */
    public Optional<SetCluster> appliedTo(SetCluster present, ProxyAddress self) {
        if (!isWhole() && (!present.epoch().equals(base) || !clusterName.equals(present.clusterName()))) {
            return Optional.empty();
        }
        Map<NodeAddress, List<TaggedSlots>> local = isWhole() ? Map.of() : present.local();
        Map<ProxyAddress, List<TaggedSlots>> peers = new LinkedHashMap<>(isWhole() ? Map.of() : present.peers());
        Map<NodeAddress, ReplicaNode> all = new LinkedHashMap<>();
        if (!isWhole()) {
            present.replicas().forEach(replica -> all.put(replica.nodeAddress(), replica));
        }
        if (masters.containsKey(self) || former.contains(self)) {
            local = masters.getOrDefault(self, Map.of());
        }
        masters.forEach((proxy, nodes) -> peers.put(proxy, ClusterContent.merged(nodes)));
        former.forEach(peers::remove);
        peers.remove(self);
        replicas.forEach(replica -> all.put(replica.nodeAddress(), replica));
        formerReplicas.forEach(all::remove);
        SetCluster result = new SetCluster(
                epoch, false, clusterName, local, peers, new ArrayList<>(all.values()), clusterConfig, false);
        return isWhole() || digest.equals(ClusterContent.digest(result, self)) ? Optional.of(result) : Optional.empty();
    }

    /** The text. */
    public String print() {
        return CompressedJson.print(this);
    }

    /**
     * @throws UmctlSyntaxException if it is not the text of a change
     */
    public static ClusterChange parse(String text) {
        return CompressedJson.parse(text, ClusterChange.class);
    }
}
