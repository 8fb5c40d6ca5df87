package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a pod may know of itself.
 *
 * @param address of the pod
 */
record DownwardApi(Pod pod, String address) {
    private static final Pattern ENTRY = Pattern.compile("metadata\\.(labels|annotations)\\['(.+)'\\]");

    String hostname() {
        return Optional.ofNullable(pod.getSpec().getHostname())
                .orElse(pod.getMetadata().getName());
    }

    /** The value at a path such as {@code metadata.name}. */
    String field(String path) {
        Matcher entry = ENTRY.matcher(path);
        if (entry.matches()) {
            return entries(entry.group(1)).getOrDefault(entry.group(2), "");
        }
        return switch (path) {
            case "metadata.name" -> pod.getMetadata().getName();
            case "metadata.namespace" -> pod.getMetadata().getNamespace();
            case "metadata.uid" -> pod.getMetadata().getUid();
            case "metadata.labels" -> lines("labels");
            case "metadata.annotations" -> lines("annotations");
            case "spec.nodeName" -> pod.getSpec().getNodeName();
            case "spec.serviceAccountName" -> pod.getSpec().getServiceAccountName();
            case "status.podIP", "status.podIPs" -> address;
            case "status.hostIP", "status.hostIPs" -> PodNetwork.NODE;
            default -> throw new IllegalArgumentException("no field " + path);
        };
    }

    /** A limit or request of a container, in units of its divisor. */
    String resource(Container container, ResourceFieldSelector selector) {
        String[] path = selector.getResource().split("\\.");
        Map<String, Quantity> quantities = path[0].equals("limits")
                ? container.getResources().getLimits()
                : container.getResources().getRequests();
        BigDecimal amount = Optional.ofNullable(quantities)
                .map(all -> all.get(path[1]))
                .map(Quantity::getNumericalAmount)
                .orElse(BigDecimal.ZERO);
        BigDecimal divisor = Optional.ofNullable(selector.getDivisor())
                .map(Quantity::getNumericalAmount)
                .filter(value -> value.signum() > 0)
                .orElse(BigDecimal.ONE);
        return amount.divide(divisor, 0, RoundingMode.CEILING).toPlainString();
    }

    private String lines(String member) {
        return entries(member).entrySet().stream()
                .map(entry -> entry.getKey() + "=\"" + entry.getValue() + "\"")
                .collect(Collectors.joining("\n"));
    }

    private Map<String, String> entries(String member) {
        Map<String, String> entries = member.equals("labels")
                ? pod.getMetadata().getLabels()
                : pod.getMetadata().getAnnotations();
        return new TreeMap<>(Optional.ofNullable(entries).orElse(Map.of()));
    }
}
