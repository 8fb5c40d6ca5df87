package io.undermoon.proxy.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.ClusterName;
import org.junit.jupiter.api.Test;

class NodeIdTest {
    @Test
    void crc_is_the_one_of_redis() {
        assertThat(NodeId.crc64("123456789")).isEqualTo(0xE9C6D914C4B8D9CAL);
    }

    @Test
    void ids_are_those_of_the_original() {
        assertThat(NodeId.of(new ClusterName("testcluster"), "127.0.0.1:5299"))
                .isEqualTo("testcluster_____________9f8fca2805923328");
        assertThat(NodeId.of(new ClusterName("testcluster"), "127.0.0.1:7000"))
                .isEqualTo("testcluster_____________d458dd9b55cc9ad9");
    }

    @Test
    void a_proxy_without_cluster_has_an_id_too() {
        assertThat(NodeId.of(null, "127.0.0.1:5299")).isEqualTo("________________________9f8fca2805923328");
    }

    @Test
    void a_long_name_is_cut() {
        assertThat(NodeId.of(new ClusterName("a123456789b123456789c123456789d"), "127.0.0.1:5299"))
                .isEqualTo("a123456789b123456789c1239f8fca2805923328");
    }

    @Test
    void every_id_has_40_characters() {
        for (int port = 1; port < 3000; port++) {
            assertThat(NodeId.of(null, "10.0.0.1:" + port)).hasSize(40);
        }
    }
}
