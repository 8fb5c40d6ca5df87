package io.undermoon.kubernetes.system;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.undermoon.kubernetes.controlplane.ControlPlane;
import io.undermoon.kubernetes.controlplane.Helm;
import io.undermoon.kubernetes.kubelet.ClusterNetwork;
import io.undermoon.kubernetes.kubelet.Images;
import io.undermoon.kubernetes.kubelet.Images.Content;
import io.undermoon.kubernetes.kubelet.Images.Image;
import io.undermoon.kubernetes.kubelet.Kubelets;
import io.undermoon.testsupport.RedisBinary;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster of Kubernetes with the images of this build: a real control plane, and nodes that are played. The JVM has
 * to run in namespaces of its own, see {@code k8s/e2e/README.md}.
 */
public final class TestCluster implements AutoCloseable {
    private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration LONG_LIMIT = Duration.ofMinutes(6);
    private static final List<String> SERVICES = List.of("broker-service", "coordinator-service", "proxy-service");

    private final ControlPlane controlPlane;
    private final KubernetesClient client;
    private final ClusterNetwork network;
    private final Kubelets kubelets;
    private final Helm helm;

    static {
        // Pods come back with other addresses.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /** @param directory for everything that is written */
    public TestCluster(Path directory) throws IOException, GeneralSecurityException {
        Path programs = Checkout.programs()
                .orElseThrow(() -> new IllegalStateException("-Dkubernetes.programs=… is not given, see k8s/e2e"));
        this.controlPlane = new ControlPlane(programs, directory.resolve("control-plane"));
        this.client = controlPlane.client();
        this.network = new ClusterNetwork(client, directory.resolve("volumes"));
        this.kubelets = new Kubelets(
                client, images(), Checkout.SCRIPTS, ControlPlane.SERVICE_ADDRESS, directory.resolve("pods"));
        this.helm = new Helm(programs, directory.resolve("helm"), Optional.of(controlPlane.kubeconfig()));
    }

    public KubernetesClient client() {
        return client;
    }

    public Kubelets kubelets() {
        return kubelets;
    }

    public Helm helm() {
        return helm;
    }

    /** Says of a lost node that it does not come back, as an administrator does; its pods are elsewhere then. */
    public void giveUp(String node) {
        await("the node is given up").atMost(LIMIT).ignoreExceptions().until(() -> {
            List<Taint> taints =
                    client.nodes().withName(node).require().getSpec().getTaints();
            if (taints.stream().noneMatch(taint -> taint.getKey().equals(OUT_OF_SERVICE))
                    && taints.stream().anyMatch(taint -> taint.getEffect().equals("NoExecute"))) {
                client.nodes()
                        .withName(node)
                        .edit(lost -> new NodeBuilder(lost)
                                .editSpec()
                                .addToTaints(new Taint("NoExecute", OUT_OF_SERVICE, null, "nodeshutdown"))
                                .endSpec()
                                .build());
            }
            return client.pods().inAnyNamespace().list().getItems().stream()
                    .noneMatch(pod -> node.equals(pod.getSpec().getNodeName()));
        });
    }

    /** Empties a node, as {@code kubectl drain} does: no more pods, and an eviction of each until it is gone. */
    public void drain(String node) {
        client.nodes()
                .withName(node)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"unschedulable\":true}}");
        await("node " + node + " is empty")
                .atMost(LONG_LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptions()
                .until(() -> {
                    List<Pod> pods = client.pods()
                            .inAnyNamespace()
                            .withField("spec.nodeName", node)
                            .list()
                            .getItems();
                    pods.forEach(pod -> client.pods().resource(pod).evict());
                    return pods.isEmpty();
                });
    }

    /** Lets pods onto a node again. */
    public void uncordon(String node) {
        client.nodes()
                .withName(node)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"unschedulable\":null}}");
    }

    /** Has a node that was given up come back, without pods. */
    public void restore(String node) {
        client.nodes().withName(node).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"taints\":null}}");
        kubelets.restoreNode(node);
    }

    @Override
    public void close() {
        kubelets.close();
        network.close();
        client.close();
        controlPlane.close();
    }

    private static Images images() {
        Map<String, Image> images = new HashMap<>();
        for (String service : SERVICES) {
            images.put(service, service(service));
        }
        images.put("operator", service("k8s/operator"));
        images.put("cli", commandLine());
        Path redis = RedisBinary.any();
        List<Content> programs = new ArrayList<>();
        if (isOutside(redis)) {
            programs.add(new Content(redis, "/usr/local/bin/redis-server"));
        }
        images.put("redis", new Image(List.of(), List.of("redis-server"), Map.of(), programs));
        return new Images(images);
    }

    /** @param module the directory of the service */
    private static Image service(String module) {
        Path application = Checkout.ROOT.resolve(module).resolve("target/quarkus-app");
        return program("quarkus-run.jar", List.of(new Content(application, "/deployments")));
    }

    private static Image commandLine() {
        String jar = "undermoon-launcher.jar";
        Path target = Checkout.ROOT.resolve("dev-services/launcher/target");
        return program(
                jar,
                List.of(
                        new Content(target.resolve(jar), "/deployments/" + jar),
                        new Content(target.resolve("lib"), "/deployments/lib")));
    }

    /** @param jar in {@code /deployments}, that the program is started by */
    private static Image program(String jar, List<Content> application) {
        Path java = Path.of(System.getProperty("java.home"));
        List<Content> contents = new ArrayList<>(application);
        if (isOutside(java)) {
            contents.add(new Content(java, java.toString()));
        }
        return new Image(
                List.of(
                        java.resolve("bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx192m",
                        "-jar",
                        "/deployments/" + jar),
                List.of(),
                Map.of(),
                contents);
    }

    /** Whether a program is in none of the directories that containers share with this machine. */
    private static boolean isOutside(Path program) {
        return !program.startsWith("/usr") && !program.startsWith("/opt") && !program.startsWith("/bin");
    }
}
