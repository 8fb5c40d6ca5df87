package io.undermoon.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.Reference;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private final Endpoints endpoints = new Endpoints();

    @Test
    void an_address_has_one_endpoint_for_each_kind_and_number_of_hops() {
        Endpoint node = endpoints.redis("127.0.0.1:7001");
        assertThat(endpoints.redis("127.0.0.1:7001")).isSameAs(node);
        Endpoint peer = endpoints.peer("127.0.0.1:7001", 0);
        assertThat(peer).isNotEqualTo(node);
        assertThat(endpoints.peer("127.0.0.1:7001", 1).id()).isNotEqualTo(peer.id());
    }

    @Test
    void ids_of_endpoints_out_of_use_are_given_to_others() {
        Endpoint kept = endpoints.redis("127.0.0.1:1");
        for (int port = 2; port <= 1000; port++) {
            endpoints.redis("127.0.0.1:" + port);
        }
        await().until(() -> {
            System.gc();
            return endpoints.redis("127.0.0.2:1").id() < 1000;
        });
        assertThat(endpoints.redis("127.0.0.1:1")).isSameAs(kept);
        Reference.reachabilityFence(kept);
    }
}
