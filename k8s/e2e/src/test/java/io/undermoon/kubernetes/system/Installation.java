package io.undermoon.kubernetes.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The chart in a namespace of its own that admits nothing but what the standard "restricted" allows. */
public final class Installation {
    /** The name of the namespace, and of the release. */
    public static final String NAME = "undermoon";

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(60);
    private static final int OK = 200;
    private static final String COMPONENT = "app.kubernetes.io/component";

    private final TestCluster cluster;
    private final KubernetesClient client;
    private final int proxies;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private Installation(TestCluster cluster, int proxies) {
        this.cluster = cluster;
        this.client = cluster.client();
        this.proxies = proxies;
    }

    /**
     * Installs the chart with images of this build, and waits for the brokers and coordinators.
     *
     * @param coordinators how many
     * @param proxies how many pods with proxies
     */
    public static Installation install(TestCluster cluster, int coordinators, int proxies) throws IOException {
        cluster.client()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .create();
        Installation installation = new Installation(cluster, proxies);
        installation.helm(
                "install", "--set", "coordinators.replicas=" + coordinators, "--set", "proxies.replicas=" + proxies);
        installation.awaitReady("broker", 2);
        installation.awaitReady("coordinator", coordinators);
        return installation;
    }

    /** Installs or upgrades the release; values that are not given are the former ones. */
    public void helm(String command, String... values) throws IOException {
        List<String> fixed = List.of(
                command,
                NAME,
                Checkout.CHART.toString(),
                "--namespace",
                NAME,
                "--set",
                "proxies.failureDomain=zone",
                "--set",
                "proxies.terminationGracePeriodSeconds=20");
        cluster.helm().run(Stream.concat(fixed.stream(), Arrays.stream(values)).toArray(String[]::new));
    }

    /** Creates a cluster whose writes wait for their replicas, as soon as there are enough proxies. */
    public void createCluster(String name, int nodes) throws IOException {
        await("a cluster can be created")
                .atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> send("POST", "/clusters/meta/" + name, "{\"node_number\":" + nodes + "}"));
        send("PATCH", "/clusters/config/" + name, "{\"min_replica_acks\":\"1\"}");
        awaitWhole(name);
    }

    /** Brings a cluster to a number of nodes, and waits until its slots are there. */
    public void scale(String name, int nodes) throws IOException {
        await("scaling begins")
                .atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> send("POST", "/clusters/migrations/auto/" + name + "/" + nodes, ""));
        await("slots are where they are to be").atMost(LIMIT).ignoreExceptions().until(() -> isScaled(name, nodes));
        if (get("/clusters/info/" + name).path("node_number").asInt() > nodes) {
            send("DELETE", "/clusters/free_nodes/" + name, "");
        }
        awaitWhole(name);
    }

    private boolean isScaled(String name, int nodes) throws IOException {
        JsonNode info = get("/clusters/info/" + name);
        return !info.path("is_migrating").asBoolean(true)
                && info.path("node_number_with_slots").asInt() == nodes;
    }

    /** Waits until each master has a replica in sync, so that any proxy may fail. */
    public void awaitWhole(String name) {
        await("every replica of " + name + " is in sync")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(() -> isWhole(name));
    }

    private boolean isWhole(String name) throws IOException {
        JsonNode replicas = get("/clusters/replicas/" + name).path("replicas");
        for (JsonNode replica : replicas) {
            if (!replica.path("in_sync").asBoolean(false)) {
                return false;
            }
        }
        return !replicas.isEmpty();
    }

    /** The names of the pods whose proxies a cluster uses. */
    public Set<String> podsOf(String name) throws IOException {
        return Stream.of(get("/clusters/meta/" + name).path("cluster").path("nodes"))
                .flatMap(nodes -> IntStream.range(0, nodes.size()).mapToObj(nodes::get))
                .map(node -> node.path("proxy_address").asText().replaceFirst("\\..*", ""))
                .collect(Collectors.toSet());
    }

    /** Starts writing to the cluster that all proxies but spares serve. */
    public CheckRun check() {
        List<HostPort> seeds = IntStream.range(0, proxies)
                .mapToObj(i ->
                        new HostPort(NAME + "-proxy-" + i + "." + NAME + "-proxy." + NAME + ".svc.cluster.local", 5299))
                .toList();
        return CheckRun.start(seeds, secret(NAME + "-proxy", "password"));
    }

    public List<Pod> pods(String component) {
        return client.pods()
                .inNamespace(NAME)
                .withLabel(COMPONENT, component)
                .list()
                .getItems();
    }

    public Pod pod(String name) {
        return client.pods().inNamespace(NAME).withName(name).require();
    }

    /** Deletes pods as `kubectl delete` does, and waits until others have their names. */
    public void deletePods(List<Pod> pods) {
        pods.forEach(pod -> client.pods().resource(pod).delete());
        await("pods are replaced")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> pods.stream().noneMatch(former -> {
                    Pod now = client.pods()
                            .inNamespace(NAME)
                            .withName(former.getMetadata().getName())
                            .get();
                    return now != null
                            && now.getMetadata()
                                    .getUid()
                                    .equals(former.getMetadata().getUid());
                }));
    }

    /** The jobs in its namespace. */
    public Jobs jobs() {
        return new Jobs(client, NAME);
    }

    /** Waits until so many pods of a component are ready, on nodes that are. */
    public void awaitReady(String component, int count) {
        await(count + " pods are ready: " + component)
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(pods(component).stream()
                                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                                .filter(Readiness::isPodReady))
                        .hasSize(count));
    }

    private JsonNode get(String path) throws IOException {
        return Json.mapper().readTree(send("GET", path, ""));
    }

    private String send(String method, String path, String body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + NAME + "-broker." + NAME + ".svc.cluster.local:7799/api/v3" + path))
                .timeout(CALL_LIMIT)
                .header("Authorization", "Bearer " + secret(NAME + "-broker-access", "admin-token"))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() != OK) {
                throw new IOException(method + " " + path + ": " + response.body());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private String secret(String name, String key) {
        byte[] value = Base64.getDecoder()
                .decode(client.secrets()
                        .inNamespace(NAME)
                        .withName(name)
                        .require()
                        .getData()
                        .get(key));
        return new String(value, StandardCharsets.UTF_8);
    }
}
