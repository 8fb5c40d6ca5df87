package io.undermoon.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether the broker starts: an API that other machines reach is open on purpose only. */
class AccessSettingsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    void is_open_on_loopback(String host) {
        assertThat(AccessSettings.of(config(Map.of()), host).isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.8", "broker.example", "127.0.0.1.example"})
    void is_open_elsewhere_only_if_it_is_told_to(String host) {
        assertThatThrownBy(() -> AccessSettings.of(config(Map.of()), host))
                .hasMessageContaining(host)
                .hasMessageContaining("accounts_file")
                .hasMessageContaining("auth=none");
        assertThat(AccessSettings.of(config(Map.of("undermoon.auth", "none")), host)
                        .isOpen())
                .isTrue();
    }

    @Test
    void asks_for_accounts_where_there_is_a_file() throws IOException {
        Path file = Files.writeString(directory.resolve("accounts"), "");
        Map<String, String> accounts = Map.of("undermoon.accounts_file", file.toString());
        assertThat(AccessSettings.of(config(accounts), "0.0.0.0").isOpen()).isFalse();
        assertThat(AccessSettings.of(config(accounts), "127.0.0.1").isOpen()).isFalse();
        Files.writeString(file, "alice");
        assertThatThrownBy(() -> AccessSettings.of(config(accounts), "127.0.0.1"))
                .hasMessageContaining("undermoon.accounts_file=" + file)
                .hasMessageContaining("line 1");
    }

    @Test
    void refuses_words_and_combinations_it_does_not_know() {
        assertThatThrownBy(() -> AccessSettings.of(config(Map.of("undermoon.auth", "basic")), "127.0.0.1"))
                .hasMessageContaining("undermoon.auth=basic");
        Map<String, String> both = Map.of("undermoon.auth", "none", "undermoon.accounts_file", "accounts");
        assertThatThrownBy(() -> AccessSettings.of(config(both), "127.0.0.1"))
                .hasMessageContaining("accounts_file is set as well");
    }

    private static BrokerConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withMapping(BrokerConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(values, "test", 300))
                .build()
                .getConfigMapping(BrokerConfig.class);
    }
}
