package io.undermoon.kubernetes.system;

import io.fabric8.kubernetes.client.KubernetesClient;
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
                .orElseThrow(() -> new IllegalStateException("-Dundermoon.kubernetes=… is not given, see k8s/e2e"));
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
        Path redis = RedisBinary.any();
        List<Content> programs = new ArrayList<>();
        if (isOutside(redis)) {
            programs.add(new Content(redis, "/usr/local/bin/redis-server"));
        }
        images.put("redis", new Image(List.of(), List.of("redis-server"), Map.of(), programs));
        return new Images(images);
    }

    private static Image service(String name) {
        Path java = Path.of(System.getProperty("java.home"));
        List<Content> contents = new ArrayList<>();
        contents.add(new Content(Checkout.ROOT.resolve(name).resolve("target/quarkus-app"), "/deployments"));
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
                        "/deployments/quarkus-run.jar"),
                List.of(),
                Map.of(),
                contents);
    }

    /** Whether a program is in none of the directories that containers share with this machine. */
    private static boolean isOutside(Path program) {
        return !program.startsWith("/usr") && !program.startsWith("/opt") && !program.startsWith("/bin");
    }
}
