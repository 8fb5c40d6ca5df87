package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.delete;
import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.patch;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.put;
import static io.undermoon.broker.rest.Broker.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ClusterApiTest {
    private RunningProxies proxies;

    @BeforeEach
    void reset() {
        Broker.reset(false);
        proxies = new RunningProxies(6);
    }

    @AfterEach
    void close() {
        proxies.close();
    }

    @Test
    void creates_shows_and_removes_a_cluster() {
        Broker.create("demo", 4);
        get("/clusters/meta/demo")
                .statusCode(200)
                .body("cluster.name", equalTo("demo"))
                .body("cluster.epoch", equalTo((int) Broker.epoch()))
                .body("cluster.nodes", hasSize(4))
                .body("cluster.nodes[0].slots[0].tag", equalTo("None"))
                .body("cluster.nodes[0].keySet()", hasSize(4))
                .body("cluster.config.migration_config.scan_count", equalTo(16));
        get("/clusters/info/demo")
                .body("node_number", equalTo(4))
                .body("node_number_with_slots", equalTo(4))
                .body("is_migrating", equalTo(false))
                .body("migrations", hasSize(0))
                .body("keySet()", hasSize(6));
        ok(delete("/clusters/meta/demo"));
        get("/clusters/meta/demo")
                .statusCode(200)
                .body("cluster", nullValue())
                .body(containsString("\"cluster\":null"));
        refused(delete("/clusters/meta/demo"), 404, "CLUSTER_NOT_FOUND");
        refused(get("/clusters/info/demo"), 404, "CLUSTER_NOT_FOUND");
        refused(get("/clusters/info/not.legal"), 404, "CLUSTER_NOT_FOUND");
        get("/clusters/meta/not.legal").statusCode(200).body("cluster", nullValue());
    }

    @Test
    void refuses_to_create_without_leaving_a_trace() {
        Broker.create("demo", 4);
        long epoch = Broker.epoch();
        refused(post("/clusters/meta/demo", nodes(4)), 409, "ALREADY_EXISTED");
        refused(post("/clusters/meta/not.legal", nodes(4)), 400, "INVALID_CLUSTER_NAME");
        refused(post("/clusters/meta/" + "x".repeat(32), nodes(4)), 400, "INVALID_CLUSTER_NAME");
        refused(post("/clusters/meta/more", nodes(6)), 400, "INVALID_NODE_NUMBER");
        refused(post("/clusters/meta/more", nodes(0)), 400, "INVALID_NODE_NUMBER");
        refused(post("/clusters/meta/more", nodes(-4)), 400, "INVALID_NODE_NUMBER");
        refused(post("/clusters/meta/more", nodes(400_000)), 400, "INVALID_NODE_NUMBER");
        refused(post("/clusters/meta/more", nodes(12)), 409, "NO_AVAILABLE_RESOURCE");
        assertThat(Broker.epoch()).isEqualTo(epoch);
    }

    @Test
    void pages_names_in_order() {
        Broker.create("b", 4);
        Broker.create("a", 4);
        Broker.create("c", 4);
        get("/clusters/names").body("names", contains("a", "b", "c"));
        get("/clusters/names?offset=1&limit=1").body("names", contains("b"));
        get("/clusters/names?offset=9").body("names", hasSize(0));
        get("/clusters/names?limit=0").body("names", hasSize(0));
        refused(get("/clusters/names?offset=x"), 400, "INVALID_REQUEST").body("message", containsString("offset"));
        refused(get("/clusters/names?limit=-1"), 400, "INVALID_REQUEST");
    }

    @Test
    void a_replica_of_a_master_without_slots_says_where_that_is() {
        Broker.create("demo", 4);
        patch("/clusters/nodes/demo", nodes(4));
        List<String> proxies = get("/clusters/meta/demo").extract().path("cluster.nodes.proxy_address");
        get("/proxies/meta/" + proxies.get(0))
                .body(
                        "proxy.replicas.master_proxy_address",
                        contains(nullValue(), nullValue(), equalTo(proxies.get(6)), equalTo(proxies.get(4))));
    }

    @Test
    void adds_expands_commits_and_shrinks() {
        Broker.create("demo", 4);
        refused(post("/clusters/migrations/expand/demo"), 400, "SLOTS_ALREADY_EVEN");
        refused(put("/clusters/nodes/demo", Map.of("cluster_node_number", 4)), 409, "NODE_NUM_ALREADY_ENOUGH");
        refused(put("/clusters/nodes/demo", Map.of("cluster_node_number", 6)), 400, "INVALID_NODE_NUMBER");
        refused(patch("/clusters/nodes/demo", nodes(3)), 400, "INVALID_NODE_NUMBER");
        patch("/clusters/nodes/demo", nodes(4))
                .statusCode(200)
                .body("$", hasSize(4))
                .body("[0].slots", hasSize(0));
        refused(patch("/clusters/nodes/demo", nodes(400)), 409, "NO_AVAILABLE_RESOURCE");
        refused(post("/clusters/migrations/shrink/demo/4"), 409, "FREE_NODE_FOUND");
        ok(post("/clusters/migrations/expand/demo"));
        get("/clusters/info/demo").body("is_migrating", equalTo(true)).body("node_number_with_slots", equalTo(4));

        refused(post("/clusters/migrations/auto/demo/8"), 409, "MIGRATION_RUNNING");
        refused(patch("/clusters/nodes/demo", nodes(4)), 409, "MIGRATION_RUNNING");
        refused(delete("/clusters/free_nodes/demo"), 409, "MIGRATION_RUNNING");
        refused(patch("/clusters/config/demo", Map.of("migration_scan_count", "3")), 409, "MIGRATION_RUNNING");
        refused(post("/clusters/migrations/expand/demo"), 409, "MIGRATION_RUNNING");

        commitAll();
        get("/clusters/info/demo").body("is_migrating", equalTo(false)).body("node_number_with_slots", equalTo(8));
        refused(post("/clusters/migrations/shrink/demo/6"), 400, "INVALID_NODE_NUMBER");
        refused(post("/clusters/migrations/shrink/demo/8"), 400, "INVALID_NODE_NUMBER");
        refused(post("/clusters/migrations/shrink/demo/four"), 400, "INVALID_REQUEST");
        ok(post("/clusters/migrations/shrink/demo/4"));
        refused(post("/clusters/migrations/shrink/demo/4"), 409, "FREE_NODE_FOUND");
        commitAll();
        ok(delete("/clusters/free_nodes/demo"));
        refused(delete("/clusters/free_nodes/demo"), 404, "FREE_NODE_NOT_FOUND");
        put("/clusters/nodes/demo", Map.of("cluster_node_number", 8))
                .statusCode(200)
                .body("$", hasSize(4));
    }

    @Test
    void knows_only_the_clusters_there_are() {
        for (String name : List.of("none", "not.legal")) {
            int status = name.equals("none") ? 404 : 400;
            String code = name.equals("none") ? "CLUSTER_NOT_FOUND" : "INVALID_CLUSTER_NAME";
            refused(patch("/clusters/nodes/" + name, nodes(4)), status, code);
            refused(put("/clusters/nodes/" + name, Map.of("cluster_node_number", 8)), status, code);
            refused(delete("/clusters/free_nodes/" + name), status, code);
            refused(post("/clusters/migrations/expand/" + name), status, code);
            refused(post("/clusters/migrations/shrink/" + name + "/4"), status, code);
            refused(post("/clusters/migrations/auto/" + name + "/4"), status, code);
            refused(patch("/clusters/config/" + name, Map.of()), status, code);
            refused(put("/clusters/balance/" + name), status, code);
            refused(delete("/clusters/meta/" + name), status, code);
        }
    }

    @Test
    void refuses_commits_it_cannot_match() {
        Broker.create("demo", 4);
        patch("/clusters/nodes/demo", nodes(4)).statusCode(200);
        ok(post("/clusters/migrations/expand/demo"));
        Map<String, Object> slots =
                get("/clusters/meta/demo").extract().path("cluster.nodes[0].slots.find { it.tag != 'None' }");
        refused(put("/clusters/migrations", task("none", slots)), 404, "CLUSTER_NOT_FOUND");
        Map<String, Object> others = Map.of("range_list", List.of(List.of(0, 5)), "tag", slots.get("tag"));
        refused(put("/clusters/migrations", task("demo", others)), 404, "MIGRATION_TASK_NOT_FOUND");
        Map<String, Object> stable = Map.of("range_list", slots.get("range_list"), "tag", "None");
        refused(put("/clusters/migrations", task("demo", stable)), 400, "INVALID_MIGRATION_TASK");
        Map<String, Object> odd = Map.of("range_list", slots.get("range_list"), "tag", "Odd");
        refused(put("/clusters/migrations", task("demo", odd)), 400, "INVALID_REQUEST");
        ok(proxies.finishAndCommit(slots));
        refused(put("/clusters/migrations", task("demo", slots)), 404, "MIGRATION_TASK_NOT_FOUND");
    }

    @Test
    void sets_all_fields_of_a_configuration_or_none() {
        Broker.create("demo", 4);
        ok(patch(
                "/clusters/config/demo", Map.of("compression_strategy", "set_get_only", "MIGRATION_SCAN_COUNT", "32")));
        get("/clusters/meta/demo")
                .body("cluster.config.compression_strategy", equalTo("set_get_only"))
                .body("cluster.config.migration_config.scan_count", equalTo(32));
        long epoch = Broker.epoch();
        ok(patch("/clusters/config/demo", Map.of("migration_scan_count", "32")));
        ok(patch("/clusters/config/demo", Map.of()));
        refused(
                        patch("/clusters/config/demo", Map.of("migration_scan_interval", "7", "nonsense", "1")),
                        400,
                        "INVALID_CONFIG")
                .body("key", equalTo("nonsense"))
                .body("value", equalTo("1"));
        refused(patch("/clusters/config/demo", Map.of("migration_scan_count", "0")), 400, "INVALID_CONFIG");
        refused(patch("/clusters/config/demo", Map.of("migration_scan_count", 5)), 400, "INVALID_REQUEST");
        assertThat(Broker.epoch()).isEqualTo(epoch);
    }

    @Test
    void balances_masters() {
        Broker.create("demo", 4);
        long epoch = Broker.epoch();
        ok(put("/clusters/balance/demo"));
        assertThat(Broker.epoch()).isEqualTo(epoch);
        post("/proxies/failover/" + get("/clusters/meta/demo").extract().path("cluster.nodes[0].proxy_address"))
                .statusCode(200);
        get("/clusters/meta/demo").body("cluster.nodes[0].repl.role", equalTo("replica"));
        ok(put("/clusters/balance/demo"));
        get("/clusters/meta/demo").body("cluster.nodes[0].repl.role", equalTo("master"));
    }

    private void commitAll() {
        List<Map<String, Object>> tasks = get("/clusters/meta/demo")
                .extract()
                .path("cluster.nodes.slots.flatten().findAll { it.tag != 'None' && it.tag.Migrating != null }");
        tasks.forEach(slots -> ok(proxies.finishAndCommit(slots)));
        if (!tasks.isEmpty()) {
            commitAll();
        }
    }

    private static Map<String, Object> task(String cluster, Map<String, Object> slots) {
        return Map.of("cluster_name", cluster, "slot_range", slots);
    }

    private static Map<String, Object> nodes(int number) {
        return Map.of("node_number", number);
    }
}
