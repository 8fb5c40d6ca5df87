package io.undermoon.proxy.topology;

import io.undermoon.metadata.Role;
import io.undermoon.umctl.SetRepl;
import java.util.List;

/** Readiness of a proxy for clients, by the rule of {@code UMCTL READY}. */
public final class Readiness {
    private Readiness() {}

    /**
     * Whether the proxy has only replicas, or slots that are not migrating away; and whether all its nodes are used.
     */
    public static boolean of(Topology topology) {
        if (!topology.unproven().isEmpty()) {
            return false;
        }
        List<SetRepl.Entry> nodes = topology.replication().entries();
        boolean hasOnlyReplicas = !nodes.isEmpty() && nodes.stream().allMatch(node -> node.role() == Role.REPLICA);
        return hasOnlyReplicas
                || topology.cluster().local().values().stream()
                        .anyMatch(slots -> slots.stream().anyMatch(range -> !range.isMigrating()));
    }
}
