package io.undermoon.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.undermoon.kubernetes.system.Installation;
import io.undermoon.kubernetes.system.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart in a real API server, in a namespace that enforces the standard "restricted": everything is admitted, the
 * brokers use their storage with the rights of their role, and an upgrade keeps the passwords.
 */
class ChartIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private TestCluster kubernetes;

    @Test
    void a_control_plane_comes_up_and_an_upgrade_keeps_its_secrets() throws IOException, GeneralSecurityException {
        try (TestCluster cluster = new TestCluster(directory)) {
            kubernetes = cluster;
            cluster.kubelets().addNode("node-a", "zone-a");
            Installation system = Installation.install(cluster, 1, 2, "--set", "proxies.nodeSelector.none=there");
            assertThat(system.pods("proxy"))
                    .hasSize(2)
                    .allMatch(pod -> pod.getStatus().getPhase().equals("Pending"));
            assertThat(cluster.client()
                            .configMaps()
                            .inNamespace(Installation.NAME)
                            .withName("undermoon-metadata")
                            .get())
                    .as("the metadata")
                    .isNotNull();

            Map<String, String> passwords = secret("undermoon-proxy");
            Map<String, String> tokens = secret("undermoon-broker-access");
            system.helm("upgrade", "--reuse-values", "--set", "proxies.spares=1");
            assertThat(secret("undermoon-proxy")).isEqualTo(passwords);
            assertThat(secret("undermoon-broker-access")).isEqualTo(tokens);
            assertThat(cluster.client()
                            .policy()
                            .v1()
                            .podDisruptionBudget()
                            .inNamespace(Installation.NAME)
                            .withName("undermoon-proxy")
                            .get()
                            .getSpec()
                            .getMaxUnavailable()
                            .getIntVal())
                    .isEqualTo(2);
        }
    }

    private Map<String, String> secret(String name) {
        Secret secret = kubernetes
                .client()
                .secrets()
                .inNamespace(Installation.NAME)
                .withName(name)
                .require();
        return secret.getData();
    }
}
