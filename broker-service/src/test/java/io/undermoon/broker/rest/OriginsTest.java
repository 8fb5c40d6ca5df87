package io.undermoon.broker.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
    private final Origins origins = new Origins(List.of("Broker.example"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:7799",
                "LOCALHOST:7799",
                "undermoon.localhost:7799",
                "127.0.0.1:7799",
                "10.0.0.8",
                "[::1]:7799",
                "[fe80::1]",
                "broker.example:7799"
            })
    void knows_its_own_names(String host) {
        assertThat(origins.isOurs(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example:7799",
                "127.0.0.1.evil.example",
                "localhost.evil.example",
                "broker.example.evil.example:7799",
                "a.broker.example"
            })
    void does_not_know_others(String host) {
        assertThat(origins.isOurs(host)).isFalse();
    }

    @Test
    void takes_a_page_of_the_same_host_and_port_or_of_a_known_name_for_its_own() {
        assertThat(origins.isSameOrigin(null, "127.0.0.1:7799")).isTrue();
        assertThat(origins.isSameOrigin("http://127.0.0.1:7799", "127.0.0.1:7799"))
                .isTrue();
        assertThat(origins.isSameOrigin("https://broker.example", "10.0.0.8:7799"))
                .isTrue();
        assertThat(origins.isSameOrigin("http://127.0.0.1:3000", "127.0.0.1:7799"))
                .isFalse();
        assertThat(origins.isSameOrigin("http://localhost:3000", "localhost:7799"))
                .isFalse();
        assertThat(origins.isSameOrigin("null", "127.0.0.1:7799")).isFalse();
        assertThat(origins.isSameOrigin("http://evil.example", "127.0.0.1:7799"))
                .isFalse();
        assertThat(origins.isSameOrigin("http://a b", "127.0.0.1:7799")).isFalse();
    }
}
