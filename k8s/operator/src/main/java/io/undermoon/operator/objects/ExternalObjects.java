package io.undermoon.operator.objects;

import static io.undermoon.operator.objects.Parts.port;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How clients outside of Kubernetes reach proxies: a Service for each proxy, and the file in which proxies find what
 * such clients are told. Only for a spec with {@code external}.
 */
public final class ExternalObjects {
    /** The key of the ConfigMap. */
    public static final String KEY = "addresses";

    private static final String ORDINAL = "{ordinal}";

    private final Owner owner;
    private final Names names;
    private final UndermoonClusterSpec.External external;

    public ExternalObjects(UndermoonCluster cluster, Names names, UndermoonClusterSpec.External external) {
        this.owner = new Owner(cluster, names, Access.NONE);
        this.names = names;
        this.external = external;
    }

    /** The Service of one proxy, also while the proxy is not ready: it tells clients then where to go. */
    public Service service(int ordinal) {
        Service service = new ServiceBuilder()
                .withMetadata(owner.meta(names.external(ordinal), Component.PROXY))
                .withNewSpec()
                .withType(external.type)
                .withPublishNotReadyAddresses(true)
                .withSelector(names.selector(Component.PROXY))
                .addToSelector("statefulset.kubernetes.io/pod-name", names.proxyPod(ordinal))
                .withPorts(port("external", Names.RESP_PORT), port("external-reads", Names.REPLICA_PORT))
                .endSpec()
                .build();
        service.getMetadata().getLabels().put(Names.EXTERNAL_LABEL, "true");
        if (!external.annotations.isEmpty()) {
            Map<String, String> annotations = new TreeMap<>();
            external.annotations.forEach((key, value) -> annotations.put(key, numbered(value, ordinal)));
            service.getMetadata().setAnnotations(annotations);
        }
        return service;
    }

    /**
     * The lines about one proxy; empty while it has no address.
     *
     * @param present the Service as Kubernetes has it
     * @param node the address of the node of its pod; empty while it has none
     */
    public Optional<Map<String, String>> lines(int ordinal, Service present, Optional<String> node) {
        return switch (external.type) {
            case "LoadBalancer" ->
                host(ordinal, loadBalancer(present))
                        .map(host -> lines(ordinal, host, Names.RESP_PORT, Names.REPLICA_PORT));
            case "NodePort" ->
                host(ordinal, node)
                        .flatMap(host -> nodePort(present, "external")
                                .flatMap(port -> nodePort(present, "external-reads")
                                        .map(replica -> lines(ordinal, host, port, replica))));
            default -> {
                boolean isCounted = external.host == null || !external.host.contains(ORDINAL);
                int distance = isCounted ? ordinal : 0;
                yield host(ordinal, Optional.empty())
                        .map(host -> lines(ordinal, host, external.port + distance, external.replicaPort + distance));
            }
        };
    }

    private Optional<String> host(int ordinal, Optional<String> otherwise) {
        return external.host == null ? otherwise : Optional.of(numbered(external.host, ordinal));
    }

    private static String numbered(String text, int ordinal) {
        return text.replace(ORDINAL, Integer.toString(ordinal));
    }

    private static Optional<String> loadBalancer(Service present) {
        if (present.getStatus() == null || present.getStatus().getLoadBalancer() == null) {
            return Optional.empty();
        }
        List<LoadBalancerIngress> ingress =
                present.getStatus().getLoadBalancer().getIngress();
        return ingress.stream()
                .findFirst()
                .map(first -> first.getIp() == null || first.getIp().isEmpty() ? first.getHostname() : first.getIp());
    }

    private static Optional<Integer> nodePort(Service present, String name) {
        return present.getSpec().getPorts().stream()
                .filter(port -> port.getName().equals(name))
                .findFirst()
                .map(port -> port.getNodePort());
    }

    private Map<String, String> lines(int ordinal, String host, int port, int replicaPort) {
        String pod = names.proxyPod(ordinal);
        String shown = host.contains(":") ? "[" + host + "]" : host;
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(names.proxyAddress(pod), shown + ":" + port);
        lines.put(names.proxyHost(pod) + ":" + Names.REPLICA_PORT, shown + ":" + replicaPort);
        return lines;
    }

    /** The ConfigMap that proxies mount. */
    public ConfigMap configMap(Map<String, String> lines) {
        return new ConfigMapBuilder()
                .withMetadata(owner.meta(names.external(), Component.PROXY))
                .withData(Map.of(KEY, text(lines)))
                .build();
    }

    private static String text(Map<String, String> lines) {
        StringBuilder text = new StringBuilder("# address in the metadata, address outside\n");
        lines.forEach((inside, outside) ->
                text.append(inside).append(' ').append(outside).append('\n'));
        return text.toString();
    }

    /** The lines of such a ConfigMap. */
    public static Map<String, String> linesOf(ConfigMap map) {
        Map<String, String> lines = new LinkedHashMap<>();
        Optional.ofNullable(map.getData())
                .map(data -> data.get(KEY))
                .orElse("")
                .lines()
                .forEach(line -> {
                    int space = line.indexOf(' ');
                    if (space > 0 && !line.startsWith("#")) {
                        lines.put(line.substring(0, space), line.substring(space + 1));
                    }
                });
        return lines;
    }
}
