package io.undermoon.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.undermoon.dev.check.Verdict;
import io.undermoon.kubernetes.system.CheckRun;
import io.undermoon.kubernetes.system.Checkout;
import io.undermoon.kubernetes.system.Jobs;
import io.undermoon.kubernetes.system.OperatedCluster;
import io.undermoon.kubernetes.system.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator from its chart in a real Kubernetes, with the rights that the chart gives it, and a cluster of its under
 * the load of the consistency checker. Writes wait for their replicas, so nothing that was acknowledged may be missing.
 */
@EnabledIfSystemProperty(named = "kubernetes.long", matches = "true")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperatorIT {
    private static final int SOME = 300;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path directory;

    private static TestCluster kubernetes;
    private static OperatedCluster cluster;

    private CheckRun check;

    @BeforeAll
    static void install() throws IOException, GeneralSecurityException {
        System.out.println("files of the pods: " + directory);
        kubernetes = new TestCluster(directory);
        for (String zone : List.of("a", "b", "c")) {
            kubernetes.kubelets().addNode("node-" + zone, "zone-" + zone);
        }
        cluster = OperatedCluster.install(kubernetes);
    }

    @AfterAll
    static void stop() {
        if (kubernetes != null) {
            kubernetes.close();
        }
    }

    @BeforeEach
    void write() {
        check = cluster.check();
        check.awaitCommands(SOME);
    }

    @AfterEach
    void end() {
        check.close();
    }

    @Test
    @Order(0)
    void the_spec_is_what_was_created() {
        assertThat(cluster.<Integer>spec("coordinators")).isEqualTo(1);
        assertThat(cluster.<Integer>spec("spares")).isEqualTo(2);
        nothingIsLost();
    }

    @Test
    @Order(1)
    void the_cron_job_of_the_documentation_backs_the_data_up() throws IOException {
        Jobs jobs = cluster.jobs();
        jobs.claimVolume("backups");
        jobs.apply(Checkout.manifest("docs/kubernetes.md", "CronJob"));
        jobs.run("orders-backup", "backup-now");
        jobs.run("orders-backup", "verify", "data", "verify", OperatedCluster.NAME, "--store=/backups");
        nothingIsLost();
    }

    @Test
    @Order(2)
    void a_proxy_pod_that_is_killed_comes_back() {
        Pod pod = cluster.proxyInUse();
        kubernetes.client().pods().resource(pod).withGracePeriod(0).delete();
        await("another pod has its name")
                .atMost(LIMIT)
                .until(() -> cluster.proxies().stream()
                        .anyMatch(other -> other.getMetadata()
                                        .getName()
                                        .equals(pod.getMetadata().getName())
                                && !isSame(other, pod)));
        nothingIsLost();
    }

    @Test
    @Order(3)
    void a_cluster_is_scaled_out_and_in() {
        cluster.change("{\"chunks\":2}");
        cluster.awaitSteady();
        assertThat(cluster.proxies()).hasSize(6);
        check.awaitCommands(SOME);
        cluster.change("{\"chunks\":1}");
        cluster.awaitSteady();
        assertThat(cluster.proxies()).hasSize(4);
        nothingIsLost();
    }

    @Test
    @Order(4)
    void other_resources_are_rolled_out() {
        List<Pod> former = cluster.proxies();
        cluster.change("{\"proxyPods\":{\"resources\":{\"requests\":{\"cpu\":\"300m\",\"memory\":\"512Mi\"}}}}");
        cluster.awaitSteady();
        assertThat(cluster.proxies()).hasSameSizeAs(former).allSatisfy(pod -> {
            assertThat(former).noneMatch(other -> isSame(other, pod));
            assertThat(pod.getSpec().getContainers())
                    .filteredOn(container -> container.getName().equals("proxy"))
                    .singleElement()
                    .satisfies(proxy ->
                            assertThat(proxy.getResources().getRequests()).containsEntry("cpu", new Quantity("300m")));
        });
        nothingIsLost();
    }

    @Test
    @Order(5)
    void an_operator_that_is_killed_is_followed_by_another_one() {
        kubernetes
                .client()
                .pods()
                .resource(cluster.operator())
                .withGracePeriod(0)
                .delete();
        cluster.change("{\"coordinators\":2}");
        cluster.awaitSteady();
        nothingIsLost();
    }

    @Test
    @Order(6)
    void a_node_is_emptied_by_evictions_and_the_halves_of_a_chunk_are_in_two_zones() {
        assertThat(cluster.zonesInUse()).hasSize(2).doesNotHaveDuplicates();
        String node = cluster.proxyInUse().getSpec().getNodeName();
        kubernetes.drain(node);
        cluster.awaitSteady();
        kubernetes.uncordon(node);
        nothingIsLost();
    }

    @Test
    @Order(7)
    void a_cluster_comes_back_when_all_its_pods_are_deleted_at_once() {
        List<Pod> former = cluster.pods();
        former.forEach(pod ->
                kubernetes.client().pods().resource(pod).withGracePeriod(0).delete());
        await("other pods are there")
                .atMost(LIMIT)
                .until(() -> cluster.pods().size() == former.size()
                        && cluster.pods().stream()
                                .noneMatch(pod -> former.stream().anyMatch(other -> isSame(pod, other))));
        nothingIsLost();
    }

    @Test
    @Order(8)
    void secrets_are_replaced_under_load() {
        List<String> former = List.of(cluster.secret("control-secret"), cluster.secret("redis-password"));
        cluster.change("{\"auth\":{\"rotation\":\"next\"}}");
        await("the secrets are others")
                .atMost(Duration.ofMinutes(8))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> !former.contains(cluster.secret("control-secret")));
        cluster.awaitSteady();
        assertThat(former).doesNotContain(cluster.secret("redis-password"));
        nothingIsLost();
    }

    @Test
    @Order(9)
    void a_second_operator_takes_over_from_one_that_was_killed() throws IOException {
        cluster.operators(kubernetes, 2);
        String leader = cluster.leader();
        cluster.change("{\"chunks\":2}");
        check.awaitCommands(SOME);
        cluster.killOperator(leader);
        cluster.awaitSteady();
        assertThat(cluster.leader()).isNotEqualTo(leader);
        assertThat(cluster.proxies()).hasSize(6);
        nothingIsLost();
    }

    @Test
    @Order(10)
    void nothing_is_left_of_a_deleted_cluster_and_no_right_was_missing() throws IOException {
        check.close();
        cluster.delete();
        assertThat(kubernetes
                        .client()
                        .configMaps()
                        .inNamespace(OperatedCluster.NAME)
                        .withLabel("app.kubernetes.io/managed-by", "undermoon-broker")
                        .list()
                        .getItems())
                .isEmpty();
        try (Stream<Path> logs = Files.walk(directory.resolve("pods"))) {
            assertThat(logs.filter(file -> file.endsWith("operator.log")).toList())
                    .hasSizeGreaterThan(1)
                    .allSatisfy(log -> assertThat(log).content().doesNotContain("forbidden"));
        }
    }

    private static boolean isSame(Pod pod, Pod former) {
        return pod.getMetadata().getUid().equals(former.getMetadata().getUid());
    }

    private void nothingIsLost() {
        check.awaitCommands(SOME);
        cluster.awaitSteady();
        Verdict verdict = check.verify();
        System.out.println(verdict);
        assertThat(verdict.passed()).as("%s", verdict).isTrue();
    }
}
