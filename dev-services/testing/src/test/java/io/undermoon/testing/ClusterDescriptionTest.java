package io.undermoon.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterDescriptionTest {
    @Test
    void reads_what_the_launcher_says() {
        assertThat(ClusterDescription.parse(List.of(
                        "error=no",
                        "cluster=dev",
                        "active_redirection=true",
                        "broker=127.0.0.1:1",
                        "proxies=127.0.0.1:2,127.0.0.1:3",
                        "process.proxy-1=4",
                        "process.redis-7001=5",
                        "something=new")))
                .isEqualTo(new ClusterDescription(
                        "dev",
                        true,
                        "127.0.0.1:1",
                        List.of("127.0.0.1:2", "127.0.0.1:3"),
                        Map.of("proxy-1", 4L, "redis-7001", 5L),
                        Optional.of("no")));
    }

    @Test
    void says_what_is_missing() {
        assertThatThrownBy(() -> ClusterDescription.parse(List.of("cluster=dev", "active_redirection=true")))
                .hasMessageContaining("`broker`");
    }
}
