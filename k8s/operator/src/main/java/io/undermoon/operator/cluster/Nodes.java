package io.undermoon.operator.cluster;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.undermoon.operator.broker.BrokerView.Location;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The nodes that pods are on, as all clusters see them: each is asked for once in a few seconds, however many clusters
 * have pods there. Thread-safe.
 */
final class Nodes {
    private static final long MAX_AGE_MILLIS = 5000;
    private static final int MAX_KNOWN = 10_000;
    private static final String ZONE_LABEL = "topology.kubernetes.io/zone";

    /** Taints of those who empty nodes; {@code kubectl drain} sets {@code unschedulable}. */
    private static final Set<String> LEAVING_TAINTS =
            Set.of("karpenter.sh/disrupted", "ToBeDeletedByClusterAutoscaler", "node.kubernetes.io/out-of-service");

    /**
     * What matters of a node.
     *
     * @param isLeaving whether it is being emptied
     */
    record Facts(boolean isLeaving, Location location) {
        static final Facts NONE = new Facts(false, Location.UNKNOWN);
    }

    private record Known(Facts facts, long sinceMillis) {}

    private final KubernetesClient client;
    private final LongSupplier clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    Nodes(KubernetesClient client, LongSupplier clock) {
        this.client = client;
        this.clock = clock;
    }

    Facts of(String name) {
        long now = clock.getAsLong();
        Known before = known.get(name);
        if (before != null && now - before.sinceMillis() < MAX_AGE_MILLIS) {
            return before.facts();
        }
        if (known.size() > MAX_KNOWN) {
            known.clear();
        }
        Facts facts = read(name);
        known.put(name, new Known(facts, now));
        return facts;
    }

    private Facts read(String name) {
        Node node = client.nodes().withName(name).get();
        if (node == null || node.getSpec() == null) {
            return new Facts(false, new Location("", name));
        }
        boolean isLeaving = Boolean.TRUE.equals(node.getSpec().getUnschedulable())
                || node.getSpec().getTaints().stream().anyMatch(taint -> LEAVING_TAINTS.contains(taint.getKey()));
        Map<String, String> labels =
                Optional.ofNullable(node.getMetadata().getLabels()).orElse(Map.of());
        return new Facts(isLeaving, new Location(labels.getOrDefault(ZONE_LABEL, ""), name));
    }
}
