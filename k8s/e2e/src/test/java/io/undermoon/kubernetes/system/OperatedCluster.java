package io.undermoon.kubernetes.system;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The chart of the operator, and one UndermoonCluster, each in a namespace that admits what "restricted" allows. */
public final class OperatedCluster {
    /** The name of the cluster, and of its namespace. */
    public static final String NAME = "orders";

    private static final String OPERATOR = "undermoon-operator";
    private static final String PASSWORD = "a-password";
    private static final Duration LIMIT = Duration.ofMinutes(6);

    private final KubernetesClient client;

    private OperatedCluster(KubernetesClient client) {
        this.client = client;
    }

    /**
     * Installs the operator with the image of this build, and makes a cluster of one chunk whose writes wait for their
     * replicas; returns when it serves.
     */
    public static OperatedCluster install(TestCluster kubernetes) throws IOException {
        KubernetesClient client = kubernetes.client();
        for (String namespace : List.of(OPERATOR, NAME)) {
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(namespace)
                            .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                            .endMetadata()
                            .build())
                    .create();
        }
        kubernetes
                .helm()
                .run(
                        "install",
                        OPERATOR,
                        Checkout.OPERATOR_CHART.toString(),
                        "--namespace",
                        OPERATOR,
                        "--set",
                        "watchNamespaces={" + NAME + "}");
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("orders-redis-password")
                        .withNamespace(NAME)
                        .endMetadata()
                        .withStringData(Map.of("password", PASSWORD))
                        .build())
                .create();
        client.load(OperatedCluster.class.getResourceAsStream("orders.yaml"))
                .inNamespace(NAME)
                .create();
        OperatedCluster cluster = new OperatedCluster(client);
        cluster.awaitSteady();
        return cluster;
    }

    /** The jobs in its namespace. */
    public Jobs jobs() {
        return new Jobs(client, NAME);
    }

    /** Waits until the operator has done all that the present spec asks for, and the cluster serves. */
    public void awaitSteady() {
        await("the cluster is as its spec says, and ready")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(this::isSteady);
    }

    private boolean isSteady() {
        GenericKubernetesResource cluster = resource().require();
        Long generation = cluster.getMetadata().getGeneration();
        return cluster.get("status", "observedGeneration") instanceof Number observed
                && observed.longValue() == generation
                && "Steady".equals(cluster.get("status", "state"))
                && isTrue(cluster, "Ready")
                && (!isTrue(cluster, "Degraded") || "NotSpread".equals(reason(cluster, "Degraded")));
    }

    private static Object reason(GenericKubernetesResource cluster, String type) {
        List<Map<String, Object>> conditions = cluster.get("status", "conditions");
        return conditions.stream()
                .filter(condition -> type.equals(condition.get("type")))
                .findFirst()
                .orElseThrow()
                .get("reason");
    }

    private static boolean isTrue(GenericKubernetesResource cluster, String type) {
        List<Map<String, Object>> conditions = cluster.get("status", "conditions");
        return conditions.stream()
                .anyMatch(condition -> type.equals(condition.get("type")) && "True".equals(condition.get("status")));
    }

    /** A field of the spec as the API server has it. */
    public <T> T spec(String field) {
        return resource().require().get("spec", field);
    }

    /** Changes the spec by a merge patch. */
    public void change(String spec) {
        resource().patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":" + spec + "}");
    }

    /** Deletes it, and waits until it is gone. */
    public void delete() {
        resource().delete();
        await("the cluster is gone")
                .atMost(LIMIT)
                .until(() -> resource().get() == null
                        && client.pods().inNamespace(NAME).list().getItems().isEmpty());
    }

    /** Starts writing by all proxies there are. */
    public CheckRun check() {
        List<HostPort> seeds = IntStream.range(0, proxies().size())
                .mapToObj(i -> new HostPort(
                        NAME + "-proxy-" + i + "." + NAME + "-proxies." + NAME + ".svc.cluster.local", 5299))
                .toList();
        return CheckRun.start(seeds, PASSWORD);
    }

    /** The pods with proxies, by name. */
    public List<Pod> proxies() {
        return client.pods()
                .inNamespace(NAME)
                .withLabel("app.kubernetes.io/component", "proxy")
                .list()
                .getItems();
    }

    /** A pod with a proxy that a chunk has. */
    public Pod proxyInUse() {
        return proxies().stream()
                .filter(pod -> "true".equals(pod.getMetadata().getLabels().get("undermoon.io/in-use")))
                .findFirst()
                .orElseThrow();
    }

    /** The zones in which the proxies are that a chunk has; there is one chunk. */
    public List<String> zonesInUse() {
        return proxies().stream()
                .filter(pod -> "true".equals(pod.getMetadata().getLabels().get("undermoon.io/in-use")))
                .map(pod -> client.nodes()
                        .withName(pod.getSpec().getNodeName())
                        .require()
                        .getMetadata()
                        .getLabels()
                        .get("topology.kubernetes.io/zone"))
                .toList();
    }

    /** All pods of the cluster. */
    public List<Pod> pods() {
        return client.pods().inNamespace(NAME).list().getItems();
    }

    /** A value of the Secret with what services prove to each other, encoded as it is. */
    public String secret(String key) {
        return client.secrets()
                .inNamespace(NAME)
                .withName(NAME + "-access")
                .require()
                .getData()
                .get(key);
    }

    /** The name of the pod of the operator that works. */
    public String leader() {
        return client.leases()
                .inNamespace(OPERATOR)
                .withName(OPERATOR)
                .require()
                .getSpec()
                .getHolderIdentity();
    }

    /** Sets the number of operators, and waits for them. */
    public void operators(TestCluster kubernetes, int number) throws IOException {
        String chart = Checkout.OPERATOR_CHART.toString();
        kubernetes
                .helm()
                .run(
                        "upgrade",
                        OPERATOR,
                        chart,
                        "--namespace",
                        OPERATOR,
                        "--reuse-values",
                        "--set",
                        "replicas=" + number);
        await("operators are ready")
                .atMost(LIMIT)
                .until(() -> Integer.valueOf(number)
                        .equals(client.apps()
                                .deployments()
                                .inNamespace(OPERATOR)
                                .withName(OPERATOR)
                                .require()
                                .getStatus()
                                .getReadyReplicas()));
    }

    /** Ends a pod of the operator at once, so that it does not give its Lease up. */
    public void killOperator(String pod) {
        client.pods().inNamespace(OPERATOR).withName(pod).withGracePeriod(0).delete();
    }

    /** A pod of the operator. */
    public Pod operator() {
        return client.pods().inNamespace(OPERATOR).list().getItems().get(0);
    }

    private Resource<GenericKubernetesResource> resource() {
        return client.genericKubernetesResources("undermoon.io/v1alpha1", "UndermoonCluster")
                .inNamespace(NAME)
                .withName(NAME);
    }
}
