package io.undermoon.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
    @Test
    void the_first_proxy_has_the_wanted_port() {
        assertThat(UndermoonCluster.builder().port(7000).settings().basePort()).hasValue(6979);
        assertThat(ClusterSettings.DEFAULT.basePort()).isEmpty();
    }

    @Test
    void refuses_what_no_cluster_can_be() {
        for (int nodes : new int[] {0, 2, 6, -4}) {
            assertThatThrownBy(() -> UndermoonCluster.builder().nodes(nodes).settings())
                    .hasMessageContaining(nodes + " nodes")
                    .hasMessageContaining("multiple of 4");
        }
        for (String name : List.of("", "../elsewhere", "a b")) {
            assertThatThrownBy(() -> UndermoonCluster.builder().shared(name).settings())
                    .hasMessageContaining("'" + name + "'");
        }
    }
}
