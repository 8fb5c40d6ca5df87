package io.undermoon.operator.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAddress;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.kube.ObjectWrites;
import io.undermoon.operator.objects.ExternalObjects;
import io.undermoon.operator.objects.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Keeps the Services of single proxies, and tells the proxies what clients outside find these under. */
final class ExternalAddresses {
    private final KubernetesClient client;
    private final ObjectWrites objects;
    private final Names names;

    ExternalAddresses(KubernetesClient client, ObjectWrites objects, Names names) {
        this.client = client;
        this.objects = objects;
        this.names = names;
    }

    /**
     * Makes everything as it is to be. An address that is not known any more, such as that of a pod which is being made
     * anew, stays until there is another one.
     *
     * @return the proxies that have no address, in sentences
     */
    List<String> ensure(UndermoonCluster cluster, UndermoonClusterSpec.External external, int replicas) {
        ExternalObjects wanted = new ExternalObjects(cluster, names, external);
        Map<String, String> former = Optional.ofNullable(client.configMaps()
                        .inNamespace(names.namespace())
                        .withName(names.external())
                        .get())
                .map(ExternalObjects::linesOf)
                .orElse(Map.of());
        Map<String, String> lines = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        for (int ordinal = 0; ordinal < replicas; ordinal++) {
            Service service = wanted.service(ordinal);
            objects.ensure(client, service);
            Service present = client.resource(service).get();
            Map<String, String> known = present == null
                    ? Map.of()
                    : wanted.lines(ordinal, present, nodeAddress(external, ordinal))
                            .orElse(Map.of());
            String inside = names.proxyAddress(names.proxyPod(ordinal));
            if (known.isEmpty() && !former.containsKey(inside)) {
                missing.add("proxy " + names.proxyPod(ordinal) + " has no address outside: "
                        + (external.type.equals("NodePort")
                                ? "its pod has no node"
                                : "Service " + names.external(ordinal) + " has none"));
            }
            if (known.isEmpty()) {
                String host = names.proxyHost(names.proxyPod(ordinal)) + ":";
                former.forEach((address, outside) -> {
                    if (address.startsWith(host)) {
                        lines.put(address, outside);
                    }
                });
            }
            lines.putAll(known);
        }
        ConfigMap map = wanted.configMap(lines);
        objects.ensure(client, map);
        removeServices(replicas);
        return missing;
    }

    private Optional<String> nodeAddress(UndermoonClusterSpec.External external, int ordinal) {
        if (!external.type.equals("NodePort") || external.host != null) {
            return Optional.empty();
        }
        Pod pod = client.pods()
                .inNamespace(names.namespace())
                .withName(names.proxyPod(ordinal))
                .get();
        String name = pod == null ? null : pod.getSpec().getNodeName();
        Node node = name == null ? null : client.nodes().withName(name).get();
        if (node == null || node.getStatus() == null) {
            return Optional.empty();
        }
        List<NodeAddress> addresses = node.getStatus().getAddresses();
        return Stream.of("ExternalIP", "InternalIP")
                .flatMap(type ->
                        addresses.stream().filter(address -> address.getType().equals(type)))
                .map(NodeAddress::getAddress)
                .findFirst();
    }

    /** Removes the Services of proxies that are gone. */
    private void removeServices(int replicas) {
        for (Service service : services()) {
            boolean isWanted = names.externalOrdinal(service.getMetadata().getName()).stream()
                    .anyMatch(ordinal -> ordinal < replicas);
            if (!isWanted) {
                client.resource(service).delete();
            }
        }
    }

    /** Removes what is left of a spec that had {@code external}. */
    void remove() {
        services().forEach(service -> client.resource(service).delete());
        client.configMaps()
                .inNamespace(names.namespace())
                .withName(names.external())
                .delete();
    }

    private List<Service> services() {
        return client.services()
                .inNamespace(names.namespace())
                .withLabels(names.selector())
                .withLabel(Names.EXTERNAL_LABEL, "true")
                .list()
                .getItems();
    }
}
