package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.patch;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.proxy;
import static io.undermoon.broker.rest.Broker.refused;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class OrderedModeTest {
    @BeforeEach
    void reset() {
        Broker.reset(true);
    }

    @Test
    void takes_proxies_by_index_for_one_cluster() {
        refused(Broker.register(1), 400, "MISSING_SERVER_PROXY_INDEX");
        register(2, 1);
        register(1, 0);
        register(5, 4);
        register(4, 3);
        Broker.create("demo", 4);
        get("/clusters/meta/demo").body("cluster.nodes.proxy_address.unique()", contains(proxy(1), proxy(2)));
        refused(post("/clusters/meta/more", Map.of("node_number", 4)), 409, "ONE_CLUSTER_ALREADY_EXISTED");
        refused(patch("/clusters/nodes/demo", Map.of("node_number", 4)), 409, "PROXY_RESOURCE_OUT_OF_ORDER");
        register(3, 2);
        patch("/clusters/nodes/demo", Map.of("node_number", 4)).statusCode(200).body("$", hasSize(4));
    }

    @Test
    void only_moves_roles_at_a_failover() {
        register(1, 0);
        register(2, 1);
        Broker.create("demo", 4);
        post("/proxies/failover/" + proxy(1)).statusCode(200).body("proxy", nullValue());
        get("/proxies/failed/addresses").body("addresses", hasSize(0));
        post("/resources/failures/check").body("hosts_cannot_fail", hasSize(0));
    }

    private static void register(int host, long index) {
        Map<String, Object> registration = new HashMap<>(Broker.registration(host));
        registration.put("index", index);
        ok(post("/proxies/meta", registration));
    }
}
