package io.undermoon.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whether data can be had by the API, if nothing is said about it. */
class ConsoleDataAccessTest {
    private static final String HERE = "127.0.0.1";
    private static final String EVERYWHERE = "0.0.0.0";
    private static final Map<String, String> NO_ACCOUNTS = Map.of("undermoon.auth", "none");
    private static final Map<String, String> ACCOUNTS = Map.of("undermoon.accounts_file", "accounts");

    @Test
    void is_on_where_not_everybody_can_call() {
        assertThat(isOn(NO_ACCOUNTS, HERE)).isTrue();
        assertThat(isOn(ACCOUNTS, HERE)).isTrue();
        assertThat(isOn(ACCOUNTS, EVERYWHERE)).isTrue();
        assertThat(isOn(NO_ACCOUNTS, EVERYWHERE)).isFalse();
    }

    @Test
    void is_as_somebody_has_said() {
        assertThat(isOn(Map.of("undermoon.auth", "none", "undermoon.console_data_access", "true"), EVERYWHERE))
                .isTrue();
        assertThat(isOn(Map.of("undermoon.console_data_access", "false"), HERE)).isFalse();
    }

    @Test
    void is_off_without_a_console() {
        assertThat(isOn(Map.of("undermoon.console", "false", "undermoon.console_data_access", "true"), HERE))
                .isFalse();
    }

    private static boolean isOn(Map<String, String> values, String host) {
        return ConsoleDataAccess.of(config(values), host).isOn();
    }

    private static BrokerConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(BrokerConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 300))
                .build()
                .getConfigMapping(BrokerConfig.class);
    }
}
