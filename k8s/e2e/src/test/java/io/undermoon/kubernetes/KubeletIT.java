package io.undermoon.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.undermoon.kubernetes.system.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What the played nodes do with a pod of `redis-server`, from its start to the loss of its node. */
class KubeletIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String NAME = "redis-0";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private KubernetesClient client;

    @Test
    void a_pod_lives_as_in_kubernetes() throws IOException, GeneralSecurityException {
        try (TestCluster cluster = new TestCluster(directory)) {
            client = cluster.client();
            cluster.kubelets().addNode("node-a", "zone-a");
            try (InputStream objects = getClass().getResourceAsStream("redis.yaml")) {
                client.load(objects).inNamespace("default").create();
            }
            Pod first = awaitPod(pod -> true);
            assertThat(first.getMetadata().getLabels()).containsEntry("topology.kubernetes.io/zone", "zone-a");
            assertThat(InetAddress.getAllByName("redis-0.redis-pods.default.svc.cluster.local"))
                    .extracting(InetAddress::getHostAddress)
                    .containsExactly(first.getStatus().getPodIP());
            assertThat(ask("SET key value")).isEqualTo("+OK");

            cluster.kubelets().killContainers("default", NAME);
            Pod restarted = awaitPod(
                    pod -> pod.getStatus().getContainerStatuses().get(0).getRestartCount() == 1);
            assertThat(restarted.getStatus().getPodIP())
                    .isEqualTo(first.getStatus().getPodIP());

            client.pods().resource(restarted).delete();
            Pod second = awaitPod(pod -> !isSame(pod, first));
            assertThat(second.getStatus().getPodIP())
                    .isNotEqualTo(first.getStatus().getPodIP());
            assertThat(ask("GET key")).isEqualTo("$5");

            cluster.kubelets().addNode("node-b", "zone-b");
            cluster.kubelets().loseNode("node-a");
            cluster.giveUp("node-a");
            Pod third = awaitPod(pod -> !isSame(pod, second));
            assertThat(third.getSpec().getNodeName()).isEqualTo("node-b");
            assertThat(ask("GET key")).isEqualTo("$5");
        }
    }

    private static boolean isSame(Pod pod, Pod former) {
        return pod.getMetadata().getUid().equals(former.getMetadata().getUid());
    }

    /** Waits until the pod is ready and as it is to be. */
    private Pod awaitPod(Predicate<Pod> wanted) {
        return await("the pod is ready")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(
                        () -> client.pods()
                                .inNamespace("default")
                                .withName(NAME)
                                .require(),
                        pod -> pod.getMetadata().getDeletionTimestamp() == null
                                && Readiness.isPodReady(pod)
                                && wanted.test(pod));
    }

    /** The first line of the answer of the service. */
    private static String ask(String command) {
        return await("the service answers")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(
                        () -> {
                            try (Socket socket = new Socket()) {
                                InetAddress[] addresses = InetAddress.getAllByName("redis.default.svc.cluster.local");
                                socket.connect(new InetSocketAddress(addresses[0], 6379));
                                socket.getOutputStream()
                                        .write(("AUTH secret\r\n" + command + "\r\n").getBytes(StandardCharsets.UTF_8));
                                String answers =
                                        new String(socket.getInputStream().readNBytes(10), StandardCharsets.UTF_8);
                                return answers.split("\r\n")[1];
                            }
                        },
                        answer -> !answer.isEmpty());
    }
}
