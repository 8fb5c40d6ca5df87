package io.undermoon.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ListenAddressTest {
    @Test
    void is_where_the_http_server_listens() {
        assertThat(listening(Map.of())).isEqualTo("127.0.0.1 7799");
        assertThat(listening(Map.of("undermoon.address", "broker.local:80"))).isEqualTo("broker.local 80");
        assertThat(listening(Map.of("undermoon.address", "[::1]:8000"))).isEqualTo("::1 8000");
    }

    @Test
    void gives_way_to_explicit_settings_of_the_server() {
        assertThat(listening(Map.of("undermoon.address", "0.0.0.0:80", "quarkus.http.port", "9000")))
                .isEqualTo("0.0.0.0 9000");
    }

    @Test
    void stops_the_start_when_it_is_none() {
        assertThatThrownBy(() -> listening(Map.of("undermoon.address", "here")))
                .hasMessageContaining("undermoon.address=here");
    }

    private static String listening(Map<String, String> properties) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 250))
                .withSources(new ListenAddress())
                .build();
        return config.getRawValue("quarkus.http.host") + " " + config.getRawValue("quarkus.http.port");
    }
}
