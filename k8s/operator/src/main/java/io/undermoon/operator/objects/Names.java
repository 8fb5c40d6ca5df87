package io.undermoon.operator.objects;

import io.undermoon.operator.api.UndermoonCluster;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The names of the objects of a cluster, and the addresses that its pods have. Addresses are names and no IP
 * addresses, so that they stay when pods get other ones.
 *
 * @param domain the DNS domain of Kubernetes, most often {@code cluster.local}
 */
public record Names(String namespace, String cluster, String domain) {
    public static final int BROKER_PORT = 7799;
    public static final int COORDINATOR_PORT = 6698;
    public static final int RESP_PORT = 5299;
    public static final int REPLICA_PORT = 15299;
    public static final int PROXY_HTTP_PORT = 5298;
    /** Where clients from outside of Kubernetes connect, if there are any. */
    public static final int EXTERNAL_PORT = 5300;

    public static final int EXTERNAL_REPLICA_PORT = 15300;
    public static final int REDIS_1_PORT = 7001;
    public static final int REDIS_2_PORT = 7002;

    public static final String CLUSTER_LABEL = "undermoon.io/cluster";
    public static final String COMPONENT_LABEL = "app.kubernetes.io/component";
    public static final String MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
    public static final String MANAGED_BY = "undermoon-operator";
    /** Whether a chunk has the proxy: true or false. */
    public static final String IN_USE_LABEL = "undermoon.io/in-use";

    /** Of a Service for one proxy. */
    public static final String EXTERNAL_LABEL = "undermoon.io/external";

    /** The kinds of pods. */
    public enum Component {
        BROKER,
        COORDINATOR,
        PROXY;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public static Names of(UndermoonCluster cluster, String domain) {
        return new Names(
                cluster.getMetadata().getNamespace(), cluster.getMetadata().getName(), domain);
    }

    public String broker() {
        return cluster + "-broker";
    }

    public String coordinator() {
        return cluster + "-coordinator";
    }

    public String proxy() {
        return cluster + "-proxy";
    }

    public String of(Component component) {
        return switch (component) {
            case BROKER -> broker();
            case COORDINATOR -> coordinator();
            case PROXY -> proxy();
        };
    }

    /** The headless Service that gives brokers their names. */
    public String brokers() {
        return cluster + "-brokers";
    }

    /** The headless Service that gives proxies their names. */
    public String proxies() {
        return cluster + "-proxies";
    }

    /** The Secret with what services prove to each other. */
    public String access() {
        return cluster + "-access";
    }

    /** The Secret with the file of users. */
    public String users() {
        return cluster + "-users";
    }

    public String redisConfig() {
        return cluster + "-redis";
    }

    /** The ConfigMap with the addresses that clients outside are told. */
    public String external() {
        return cluster + "-external";
    }

    /** The Service by which clients outside reach one proxy. */
    public String external(int ordinal) {
        return external() + "-" + ordinal;
    }

    /** The ordinal of the proxy of such a Service. */
    public OptionalInt externalOrdinal(String service) {
        return numberAfter(external() + "-", service);
    }

    /** What the names of the ConfigMaps with the metadata begin with. */
    public String metadata() {
        return cluster + "-metadata";
    }

    public String proxyPod(int ordinal) {
        return proxy() + "-" + ordinal;
    }

    /** The host name of a proxy pod, or of one that the environment variable names. */
    public String proxyHost(String pod) {
        return pod + "." + proxies() + "." + namespace + ".svc." + domain;
    }

    public String proxyAddress(String pod) {
        return proxyHost(pod) + ":" + RESP_PORT;
    }

    /** The pod that has an address, which need not exist. */
    public static String podOf(String proxyAddress) {
        int end = proxyAddress.indexOf('.');
        return end < 0 ? proxyAddress : proxyAddress.substring(0, end);
    }

    /** The ordinal of a proxy pod; empty for a name that is none of this cluster. */
    public OptionalInt ordinal(String pod) {
        return numberAfter(proxy() + "-", pod);
    }

    private static OptionalInt numberAfter(String prefix, String name) {
        if (!name.startsWith(prefix) || !name.substring(prefix.length()).matches("0|[1-9][0-9]{0,5}")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Integer.parseInt(name.substring(prefix.length())));
    }

    /** The brokers as the other services are told them. */
    public String brokerAddresses(int count) {
        StringBuilder addresses = new StringBuilder();
        for (int i = 0; i < count; i++) {
            addresses
                    .append(i == 0 ? "" : ",")
                    .append(broker() + "-" + i + "." + brokers() + "." + namespace + ".svc." + domain)
                    .append(':')
                    .append(BROKER_PORT);
        }
        return addresses.toString();
    }

    /** What selects all pods of the cluster. */
    public Map<String, String> selector() {
        return new TreeMap<>(Map.of(CLUSTER_LABEL, cluster));
    }

    /** What selects the pods of a kind. */
    public Map<String, String> selector(Component component) {
        Map<String, String> labels = selector();
        labels.put(COMPONENT_LABEL, component.label());
        return labels;
    }

    /** The labels of objects. */
    public Map<String, String> labels() {
        Map<String, String> labels = selector();
        labels.put("app.kubernetes.io/name", "undermoon");
        labels.put("app.kubernetes.io/instance", cluster);
        labels.put(MANAGED_BY_LABEL, MANAGED_BY);
        return labels;
    }

    public Map<String, String> labels(Component component) {
        Map<String, String> labels = labels();
        labels.put(COMPONENT_LABEL, component.label());
        return labels;
    }
}
