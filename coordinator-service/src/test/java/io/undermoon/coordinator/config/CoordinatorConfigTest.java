package io.undermoon.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoordinatorConfigTest {
    @Test
    void defaults_are_those_of_the_original_and_safe_ones_for_our_own_keys() {
        CoordinatorConfig config = properties(Map.of());
        assertThat(config.address()).isEqualTo(new HostPort("127.0.0.1", 6699));
        assertThat(config.brokerAddress()).containsExactly(new HostPort("127.0.0.1", 7799));
        assertThat(config.reporterId()).isEmpty();
        assertThat(config.threadNumber()).isEqualTo(4);
        assertThat(config.proxyTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.proxyPassword()).isEmpty();
        assertThat(config.controlSecret()).isEmpty();
        assertThat(config.enableCompression()).isFalse();
        assertThat(config.disableFailover()).isFalse();
        assertThat(config.nodeFailureTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.recoverEpochs()).isTrue();
        assertThat(config.brokerTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.roundInterval()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void the_environment_sets_every_key() {
        CoordinatorConfig config = environment(Map.ofEntries(
                Map.entry("UNDERMOON_ADDRESS", "0.0.0.0:16699"),
                Map.entry("UNDERMOON_BROKER_ADDRESS", "a:1, b:2,[::1]:3"),
                Map.entry("UNDERMOON_REPORTER_ID", "me"),
                Map.entry("UNDERMOON_THREAD_NUMBER", "2"),
                Map.entry("UNDERMOON_PROXY_TIMEOUT", "3"),
                Map.entry("UNDERMOON_PROXY_PASSWORD", "secret"),
                Map.entry("UNDERMOON_CONTROL_SECRET", "control"),
                Map.entry("UNDERMOON_ENABLE_COMPRESSION", "on"),
                Map.entry("UNDERMOON_DISABLE_FAILOVER", "1"),
                Map.entry("UNDERMOON_NODE_FAILURE_TIMEOUT", "700ms"),
                Map.entry("UNDERMOON_RECOVER_EPOCHS", "No"),
                Map.entry("UNDERMOON_BROKER_TIMEOUT", "1m"),
                Map.entry("UNDERMOON_ROUND_INTERVAL", "2s")));
        assertThat(config.address()).isEqualTo(new HostPort("0.0.0.0", 16699));
        assertThat(config.brokerAddress())
                .containsExactly(new HostPort("a", 1), new HostPort("b", 2), new HostPort("::1", 3));
        assertThat(config.reporterId()).contains("me");
        assertThat(config.threadNumber()).isEqualTo(2);
        assertThat(config.proxyTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.proxyPassword()).contains("secret");
        assertThat(config.controlSecret()).contains("control");
        assertThat(config.enableCompression()).isTrue();
        assertThat(config.disableFailover()).isTrue();
        assertThat(config.nodeFailureTimeout()).isEqualTo(Duration.ofMillis(700));
        assertThat(config.recoverEpochs()).isFalse();
        assertThat(config.brokerTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.roundInterval()).isEqualTo(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @CsvSource({
        "address, 6699",
        "address, localhost:99999",
        "broker_address, 'a:1,b'",
        "reporter_id, a/b",
        "thread_number, 0",
        "thread_number, four",
        "proxy_timeout, 0",
        "proxy_timeout, soon",
        "enable_compression, flase",
        "disable_failover, 2",
        "node_failure_timeout, -1",
        "recover_epochs, maybe",
        "broker_timeout, 2h",
        "round_interval, 500ms"
    })
    void a_value_that_cannot_be_used_is_refused_with_its_name(String key, String value) {
        assertThatThrownBy(() -> properties(Map.of("undermoon." + key, value)))
                .hasMessageContaining("undermoon." + key)
                .hasMessageContaining(value);
    }

    @Test
    void two_coordinators_on_the_same_address_of_two_hosts_report_under_two_names() {
        HostPort everywhere = new HostPort("0.0.0.0", 6699);
        assertThat(ReporterName.of(everywhere, "host-a")).isEqualTo("0.0.0.0:6699@host-a");
        assertThat(ReporterName.of(new HostPort("::", 6699), "host/b")).isEqualTo("-::-:6699@host-b");
        assertThat(ReporterName.of(properties(Map.of()))).startsWith("127.0.0.1:6699@");
        assertThat(ReporterName.of(properties(Map.of("undermoon.reporter_id", "me"))))
                .isEqualTo("me");
    }

    private static CoordinatorConfig properties(Map<String, String> properties) {
        return read(new SmallRyeConfigBuilder().withSources(new PropertiesConfigSource(properties, "test", 100)));
    }

    private static CoordinatorConfig environment(Map<String, String> variables) {
        return read(new SmallRyeConfigBuilder().withSources(new EnvConfigSource(variables, 300)));
    }

    private static CoordinatorConfig read(SmallRyeConfigBuilder builder) {
        return builder.addDiscoveredConverters()
                .withMapping(CoordinatorConfig.class)
                .build()
                .getConfigMapping(CoordinatorConfig.class);
    }
}
