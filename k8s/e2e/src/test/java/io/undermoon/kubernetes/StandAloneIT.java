package io.undermoon.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.undermoon.dev.check.Verdict;
import io.undermoon.kubernetes.system.CheckRun;
import io.undermoon.kubernetes.system.Checkout;
import io.undermoon.kubernetes.system.Installation;
import io.undermoon.kubernetes.system.Jobs;
import io.undermoon.kubernetes.system.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * The chart in a real Kubernetes: what happens to pods and nodes, under the load of the consistency checker. Writes
 * wait for their replicas, so nothing that was acknowledged may be missing. {@code -Dkubernetes.long=true}
 * has more proxies and everything that the short form leaves out.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StandAloneIT {
    private static final String LONG = "kubernetes.long";
    private static final String CLUSTER = "demo";
    private static final int COORDINATORS = Boolean.getBoolean(LONG) ? 3 : 1;
    private static final int PROXIES = Boolean.getBoolean(LONG) ? 6 : 3;
    private static final int NODES = 4;
    private static final int SOME = 300;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path directory;

    private static TestCluster kubernetes;
    private static Installation system;

    private CheckRun check;

    @BeforeAll
    static void install() throws IOException, GeneralSecurityException {
        System.out.println("files of the pods: " + directory);
        kubernetes = new TestCluster(directory);
        for (String zone : List.of("a", "b", "c")) {
            kubernetes.kubelets().addNode("node-" + zone, "zone-" + zone);
        }
        system = Installation.install(kubernetes, COORDINATORS, PROXIES);
        system.createCluster(CLUSTER, NODES);
    }

    @AfterAll
    static void stop() {
        if (kubernetes != null) {
            kubernetes.close();
        }
    }

    @BeforeEach
    void write() {
        check = system.check();
        check.awaitCommands(SOME);
    }

    @AfterEach
    void end() {
        check.close();
    }

    @Test
    @Order(1)
    void a_cluster_keeps_everything_when_a_pod_of_its_is_deleted() throws IOException {
        String pod = system.podsOf(CLUSTER).iterator().next();
        system.deletePods(List.of(system.pod(pod)));
        nothingIsLost();
    }

    @Test
    @Order(2)
    void containers_that_are_killed_are_started_again() throws IOException {
        String proxy = system.podsOf(CLUSTER).iterator().next();
        kubernetes.kubelets().killContainers(Installation.NAME, proxy);
        kubernetes.kubelets().killContainers(Installation.NAME, "undermoon-broker-0");
        String coordinator = system.pods("coordinator").get(0).getMetadata().getName();
        kubernetes.kubelets().killContainers(Installation.NAME, coordinator);
        await("the broker was started again")
                .atMost(LIMIT)
                .until(() -> system.pod("undermoon-broker-0")
                                .getStatus()
                                .getContainerStatuses()
                                .get(0)
                                .getRestartCount()
                        == 1);
        nothingIsLost();
        system.awaitReady("broker", 2);
        system.awaitReady("coordinator", COORDINATORS);
    }

    /** All addresses are others afterwards, of which services must not keep the old ones. */
    @Test
    @Order(4)
    void a_system_comes_back_when_all_pods_are_deleted_at_once() throws IOException {
        List<Pod> all = Stream.of("broker", "coordinator", "proxy")
                .flatMap(component -> system.pods(component).stream())
                .toList();
        Set<String> pods = system.podsOf(CLUSTER);
        system.deletePods(all);
        nothingIsLost();
        assertThat(system.podsOf(CLUSTER)).hasSameSizeAs(pods);
        system.awaitReady("broker", 2);
        system.awaitReady("coordinator", COORDINATORS);
    }

    @Test
    @Order(5)
    void an_upgrade_keeps_passwords_and_tokens() throws IOException {
        Map<String, String> passwords = secret("undermoon-proxy");
        Map<String, String> tokens = secret("undermoon-broker-access");
        system.helm("upgrade", "--reuse-values", "--set", "proxies.spares=" + (PROXIES - NODES / 2));
        assertThat(secret("undermoon-proxy")).isEqualTo(passwords);
        assertThat(secret("undermoon-broker-access")).isEqualTo(tokens);
        nothingIsLost();
    }

    /** With what the chart gives it, under the load of the check, in a namespace that admits nothing unrestricted. */
    @Test
    @Order(6)
    void a_schedule_backs_data_up_which_can_be_restored() throws IOException {
        Jobs jobs = system.jobs();
        jobs.claimVolume("backups");
        String schedule = "dataBackups.schedules[0].";
        system.helm(
                "upgrade",
                "--reuse-values",
                "--set",
                schedule + "name=demo," + schedule + "cluster=" + CLUSTER + "," + schedule + "schedule=0 0 1 1 *,"
                        + schedule + "claim=backups," + schedule + "keep=2");
        jobs.run("undermoon-backup-demo", "backup-now");
        jobs.run("undermoon-backup-demo", "verify", "data", "verify", CLUSTER, "--store=/backups");
        nothingIsLost();
        check.close(); // what comes now does lose what was written since
        jobs.apply(Checkout.manifest("docs/backups.md", "Job").replace(" shop,", " " + CLUSTER + ","));
        jobs.awaitSuccess("restore");
        system.awaitWhole(CLUSTER);
    }

    @Test
    @Order(7)
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void a_cluster_scales_under_load() throws IOException {
        system.scale(CLUSTER, 2 * NODES);
        assertThat(system.podsOf(CLUSTER)).hasSize(NODES);
        check.awaitCommands(SOME);
        system.scale(CLUSTER, NODES);
        nothingIsLost();
    }

    @Test
    @Order(3)
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void the_loss_of_a_zone_is_survived_and_repaired() throws IOException {
        String proxy = system.podsOf(CLUSTER).iterator().next();
        String node = system.pod(proxy).getSpec().getNodeName();
        kubernetes.kubelets().loseNode(node);
        check.awaitCommands(SOME);
        kubernetes.giveUp(node);
        nothingIsLost();
        kubernetes.restore(node);
        system.awaitReady("broker", 2);
        system.awaitReady("coordinator", COORDINATORS);
    }

    @Test
    @Order(8)
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void an_upgrade_rolls_the_brokers_and_helm_tests_the_release() throws IOException {
        system.helm(
                "upgrade",
                "--reuse-values",
                "--set",
                "brokers.env[0].name=QUARKUS_LOG_LEVEL,brokers.env[0].value=INFO");
        await("brokers are rolled")
                .atMost(LIMIT)
                .until(() -> system.pods("broker").stream()
                        .allMatch(pod -> pod.getSpec().getContainers().stream()
                                .flatMap(container -> container.getEnv().stream())
                                .anyMatch(variable -> variable.getName().equals("QUARKUS_LOG_LEVEL"))));
        system.awaitReady("broker", 2);
        assertThat(kubernetes.helm().run("test", Installation.NAME, "--namespace", Installation.NAME))
                .contains("Phase:          Succeeded");
        nothingIsLost();
    }

    private static Map<String, String> secret(String name) {
        return kubernetes
                .client()
                .secrets()
                .inNamespace(Installation.NAME)
                .withName(name)
                .require()
                .getData();
    }

    private void nothingIsLost() {
        check.awaitCommands(SOME);
        system.awaitWhole(CLUSTER);
        Verdict verdict = check.verify();
        System.out.println(verdict);
        assertThat(verdict.passed()).as("%s", verdict).isTrue();
    }
}
