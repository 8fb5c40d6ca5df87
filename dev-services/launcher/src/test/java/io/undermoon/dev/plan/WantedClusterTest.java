package io.undermoon.dev.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.ClusterName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WantedClusterTest {
    @Test
    void is_a_name_and_a_number_of_nodes() {
        WantedCluster cluster = WantedCluster.parse("demo:8");

        assertThat(cluster).isEqualTo(new WantedCluster(new ClusterName("demo"), 8));
        assertThat(cluster.proxies()).isEqualTo(4);
    }

    @Test
    void may_have_hot_spares() {
        WantedCluster cluster = WantedCluster.parse("demo:8:3");

        assertThat(cluster).isEqualTo(new WantedCluster(new ClusterName("demo"), 8, 3));
        assertThat(cluster.proxies()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "demo",
                "demo:",
                ":4",
                "demo:four",
                "de mo:4",
                "demo:0",
                "demo:-4",
                "demo:6",
                "demo:4:",
                "demo:4:1",
                "demo:4:6"
            })
    void refuses_anything_else_in_words(String text) {
        assertThatThrownBy(() -> WantedCluster.parse(text))
                .isInstanceOf(UsageException.class)
                .message()
                .isNotBlank();
    }
}
