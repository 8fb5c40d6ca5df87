package io.undermoon.operator.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.undermoon.operator.objects.Names;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The PodMonitor of a cluster, where the CRD of the Prometheus operator is installed. */
public final class PodMonitors {
    private static final String GROUP = "monitoring.coreos.com";
    private static final String VERSION = "v1";

    private PodMonitors() {}

    /** The object to be written; empty where there is no such CRD. */
    public static Optional<GenericKubernetesResource> of(KubernetesClient client, ObjectMeta meta, Names names) {
        if (!areKnown(client)) {
            return Optional.empty();
        }
        GenericKubernetesResource monitor = new GenericKubernetesResource();
        monitor.setApiVersion(GROUP + "/" + VERSION);
        monitor.setKind("PodMonitor");
        monitor.setMetadata(meta);
        monitor.setAdditionalProperty(
                "spec",
                Map.of(
                        "selector", Map.of("matchLabels", names.selector()),
                        "podMetricsEndpoints", List.of(Map.of("port", "http", "path", "/q/metrics"))));
        return Optional.of(monitor);
    }

    public static boolean areKnown(KubernetesClient client) {
        return client.supports(GROUP + "/" + VERSION, "PodMonitor");
    }

    public static void delete(KubernetesClient client, Names names) {
        client.genericKubernetesResources(GROUP + "/" + VERSION, "PodMonitor")
                .inNamespace(names.namespace())
                .withLabels(names.labels())
                .delete();
    }
}
