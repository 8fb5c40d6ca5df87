package io.undermoon.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.kubernetes.KubernetesStorage;
import io.undermoon.config.InvalidSettingException;
import io.undermoon.testsupport.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesAccessTest {
    private static final Map<String, String> NO_POD = Map.of();
    private static final Map<String, String> POD =
            Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1", "KUBERNETES_SERVICE_PORT", "443");

    @TempDir
    Path serviceAccount;

    @Test
    void in_a_pod_nothing_has_to_be_set() throws Exception {
        Files.writeString(serviceAccount.resolve("namespace"), "orders\n");
        Files.copy(new TestAuthority(serviceAccount, "kubernetes").authorities(), serviceAccount.resolve("ca.crt"));
        assertThat(opened(POD)).isEqualTo("kubernetes 10.96.0.1:443 orders/undermoon-metadata");
        assertThat(opened(Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "6443")))
                .isEqualTo("kubernetes [fd00::1]:6443 orders/undermoon-metadata");
        assertThat(opened(POD, "namespace", "other", "name", "second"))
                .isEqualTo("kubernetes 10.96.0.1:443 other/second");
    }

    @Test
    void outside_of_a_pod_the_server_and_the_namespace_are_set() {
        assertThat(opened(NO_POD, "server", "http://127.0.0.1:8001", "namespace", "orders"))
                .isEqualTo("kubernetes 127.0.0.1:8001 orders/undermoon-metadata");
        assertThat(opened(NO_POD, "server", "https://kube.example/k8s/clusters/c-1/", "namespace", "orders"))
                .isEqualTo("kubernetes kube.example:443/k8s/clusters/c-1 orders/undermoon-metadata");
        assertThatThrownBy(() -> opened(NO_POD, "namespace", "orders"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("kubernetes.server")
                .hasMessageContaining("KUBERNETES_SERVICE_HOST");
        assertThatThrownBy(() -> opened(NO_POD, "server", "https://10.0.0.1:6443"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("kubernetes.namespace");
    }

    @ParameterizedTest
    @CsvSource({
        "server, 10.0.0.1:6443",
        "server, ftp://10.0.0.1",
        "server, https://10.0.0.1 /",
        "namespace, Orders",
        "name, -metadata",
        "cert_file, client.crt",
    })
    void names_what_cannot_be_used(String key, String value) {
        Map<String, String> settings = new HashMap<>(Map.of("server", "https://10.0.0.1:6443", "namespace", "orders"));
        settings.put(key, value);
        assertThatThrownBy(() -> opened(NO_POD, settings))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("kubernetes." + key + "=" + value);
    }

    @Test
    void shows_no_password() {
        assertThatThrownBy(() -> opened(NO_POD, "server", "https://me:secret@10.0.0.1", "namespace", "orders"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("@10.0.0.1")
                .hasMessageNotContaining("secret");
    }

    @Test
    void sends_no_token_in_clear() {
        assertThatThrownBy(() ->
                        opened(NO_POD, "server", "http://10.0.0.1:8080", "namespace", "orders", "token_file", "token"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("expected https");
    }

    @Test
    void names_a_file_that_cannot_be_used() throws IOException {
        Path file = Files.writeString(serviceAccount.resolve("authority"), "none");
        assertThatThrownBy(() -> opened(
                        NO_POD, "server", "https://10.0.0.1", "namespace", "orders", "ca_cert_file", file.toString()))
                .hasMessageContaining("undermoon.kubernetes")
                .hasMessageContaining(file.toString());
    }

    private String opened(Map<String, String> environment, String... settings) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return opened(environment, map);
    }

    /** What the storage says of itself. */
    private String opened(Map<String, String> environment, Map<String, String> settings) {
        Map<String, String> properties = new HashMap<>();
        settings.forEach((key, value) -> properties.put("undermoon.kubernetes." + key, value));
        BrokerConfig config = new SmallRyeConfigBuilder()
                .withMapping(BrokerConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(BrokerConfig.class);
        try (KubernetesStorage storage =
                new KubernetesAccess(config.kubernetes(), environment, serviceAccount).open(Metadata.empty(false))) {
            return storage.toString();
        }
    }
}
