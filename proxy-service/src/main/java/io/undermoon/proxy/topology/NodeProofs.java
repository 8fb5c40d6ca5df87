package io.undermoon.proxy.topology;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Tenancy;
import io.undermoon.umctl.SetRepl;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The nodes behind this proxy that are known to have no keys but those of its cluster. Immutable.
 *
 * @param proven for each node the id of the cluster that it is known to have the keys of
 * @param refused the nodes that have others
 */
record NodeProofs(Map<NodeAddress, String> proven, Set<NodeAddress> refused) {
    static final NodeProofs NONE = new NodeProofs(Map.of(), Set.of());

    NodeProofs {
        proven = Map.copyOf(proven);
        refused = Set.copyOf(refused);
    }

    NodeProofs withProven(NodeAddress node, String clusterId) {
        Map<NodeAddress, String> more = new HashMap<>(proven);
        more.put(node, clusterId);
        return new NodeProofs(more, without(refused, node));
    }

    NodeProofs withRefused(NodeAddress node) {
        Set<NodeAddress> more = new HashSet<>(refused);
        more.add(node);
        return new NodeProofs(proven, more);
    }

    /**
     * Those that are still of use with new metadata. Nodes that have been used for the cluster before it was said that
     * they are marked are taken for its own.
     */
    NodeProofs next(SetRepl before, SetRepl roles) {
        Tenancy tenancy = roles.tenancy();
        Map<NodeAddress, String> kept = new HashMap<>(proven);
        kept.values().removeIf(id -> tenancy == null || !id.equals(tenancy.clusterId()));
        String clusterId = tenancy == null ? null : tenancy.clusterId();
        if (clusterId != null && (before.tenancy() == null || before.tenancy().clusterId() == null)) {
            roles.entries().stream()
                    .filter(entry -> entry.clusterName() != null && isUsed(before, entry))
                    .forEach(entry -> kept.put(entry.node(), clusterId));
        }
        return new NodeProofs(kept, Set.of());
    }

    private static boolean isUsed(SetRepl before, SetRepl.Entry entry) {
        return before.entries().stream()
                .anyMatch(known ->
                        known.node().equals(entry.node()) && Objects.equals(known.clusterName(), entry.clusterName()));
    }

    /** The nodes of the metadata that must not be used before they are proven. */
    Set<NodeAddress> unproven(SetRepl roles) {
        Tenancy tenancy = roles.tenancy();
        Set<NodeAddress> unproven = new HashSet<>();
        if (tenancy != null && tenancy.clusterId() != null) {
            for (SetRepl.Entry entry : roles.entries()) {
                if (!tenancy.clusterId().equals(proven.get(entry.node()))) {
                    unproven.add(entry.node());
                }
            }
        }
        return unproven;
    }

    private static Set<NodeAddress> without(Set<NodeAddress> nodes, NodeAddress node) {
        Set<NodeAddress> rest = new HashSet<>(nodes);
        rest.remove(node);
        return rest;
    }
}
