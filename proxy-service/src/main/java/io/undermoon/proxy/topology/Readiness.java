package io.undermoon.proxy.topology;

import io.undermoon.metadata.Role;
import io.undermoon.umctl.SetRepl;
import java.util.List;

/** Whether a proxy is of use to clients, by the rule of {@code UMCTL READY}. */
public final class Readiness {
    private Readiness() {}

    /** It has replicas only, or slots that are not leaving it. */
    public static boolean of(Topology topology) {
        List<SetRepl.Entry> nodes = topology.replication().entries();
        boolean hasOnlyReplicas = !nodes.isEmpty() && nodes.stream().allMatch(node -> node.role() == Role.REPLICA);
        return hasOnlyReplicas
                || topology.cluster().local().values().stream()
                        .anyMatch(slots -> slots.stream().anyMatch(range -> !range.isMigrating()));
    }
}
