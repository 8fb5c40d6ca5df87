package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The overview and previews, of proxies that answer. */
@QuarkusTest
class OverviewApiTest {
    @BeforeEach
    void reset() {
        Broker.reset(false);
    }

    private static JsonPath overview() {
        return get("/overview").statusCode(200).extract().jsonPath();
    }

    @Test
    void tells_how_everything_is() {
        try (RunningProxies proxies = new RunningProxies(3)) {
            Broker.create("demo", 4);
            await("all is served")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> overview().getString("serving.state").equals("ok"));
            JsonPath overview = overview();
            assertThat(overview.getString("serving.message")).isEqualTo("All slots of 1 cluster are served");
            assertThat(overview.getString("copies.state"))
                    .as("these proxies tell nothing of nodes")
                    .isEqualTo("unknown");
            assertThat(overview.getString("moving.message")).isEqualTo("Nothing moves");
            assertThat(overview.getString("caller.role")).isEqualTo("admin");
            assertThat(overview.getInt("proxies.free_proxies")).isEqualTo(1);
            assertThat(overview.getList("hosts")).hasSize(3);
            assertThat(overview.getInt("clusters[0].figures.proxies_known")).isZero();
            assertThat(overview.<Object>get("clusters[0].figures.keys")).isNull();
            assertThat(overview.getString("problems[0].kind")).isEqualTo("no_coordinator");
            get("/overview/proxies?offset=1&limit=1").statusCode(200).body("proxies", hasSize(1));
            get("/overview/clusters/demo")
                    .statusCode(200)
                    .body("proxies", hasSize(2))
                    .body("proxies[0].state", equalTo("ok"))
                    .body("proxies[0].nodes[0].state", equalTo("unknown"))
                    .body("proxies[0].nodes[0].slots", equalTo(List.of(List.of(0, 8191))))
                    .body("config.copies", equalTo("2"))
                    .body("config.migration_scan_count", equalTo("16"));
            get("/overview/clusters/demo/history?minutes=15")
                    .statusCode(200)
                    .body("step_seconds", equalTo(5))
                    .body("series.keys", hasSize(180));
            assertThat(proxies.end(0)).isNotNull();
            await("the one that is gone")
                    .atMost(Duration.ofSeconds(2))
                    .until(() -> get("/overview?timeout=1&seen=" + overview().getLong("revision"))
                            .extract()
                            .jsonPath()
                            .getList("problems.kind")
                            .contains("proxy_silent"));
            assertThat(overview().getString("serving.state")).isEqualTo("critical");
        }
    }

    @Test
    void waits_for_something_new() {
        long seen = overview().getLong("revision");
        long start = System.nanoTime();
        JsonPath next = get("/overview?timeout=10&seen=" + seen).extract().jsonPath();
        assertThat(next.getLong("revision")).isGreaterThan(seen);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void refuses_what_is_not_there() {
        refused(get("/overview/clusters/nothing"), 404, "CLUSTER_NOT_FOUND");
        refused(get("/overview/clusters/nothing/history"), 404, "CLUSTER_NOT_FOUND");
        refused(get("/overview?seen=x"), 400, "INVALID_REQUEST");
        Broker.registerAll(2);
        Broker.create("demo", 4);
        refused(get("/overview/clusters/demo/history?minutes=721"), 400, "INVALID_REQUEST")
                .body("message", containsString("'721' is not within 1 and 720"));
    }

    @Test
    void previews_what_then_happens_and_changes_nothing() {
        try (RunningProxies proxies = new RunningProxies(4)) {
            assertThat(proxies).isNotNull();
            preview(Map.of("action", "create", "cluster", "demo", "node_number", 4))
                    .body("changes[0]", containsString("Cluster demo is created with 4 nodes"));
            get("/clusters/names").body("names", hasSize(0));
            Broker.create("demo", 4);
            long epoch = Broker.epoch();
            JsonPath planned = preview(Map.of("action", "scale", "cluster", "demo", "node_number", 8))
                    .extract()
                    .jsonPath();
            assertThat(planned.getInt("slots")).isEqualTo(8192);
            assertThat(planned.<Object>get("keys"))
                    .as("the proxies tell no figures")
                    .isNull();
            assertThat(Broker.epoch()).isEqualTo(epoch);
            ok(post("/clusters/migrations/auto/demo/8"));
            List<Map<String, Object>> moves =
                    get("/clusters/info/demo").extract().jsonPath().getList("migrations");
            assertThat(moves).hasSameSizeAs(planned.getList("moves"));
            preview(Map.of("action", "abort", "cluster", "demo"))
                    .body("changes[0]", containsString("given up; the slots stay at their sources"));
            preview(Map.of("action", "scale", "cluster", "demo", "node_number", 4))
                    .body("changes", hasItem(containsString("aborted first")));
        }
    }

    @Test
    void refuses_a_preview_as_the_call_itself() {
        Broker.registerAll(5);
        Broker.create("demo", 4);
        refused(
                post("/preview", Map.of("action", "scale", "cluster", "demo", "node_number", 5)),
                400,
                "INVALID_NODE_NUMBER");
        refused(
                post("/preview", Map.of("action", "scale", "cluster", "other", "node_number", 8)),
                404,
                "CLUSTER_NOT_FOUND");
        refused(
                post("/preview", Map.of("action", "scale", "cluster", "demo", "node_number", 80)),
                409,
                "NO_AVAILABLE_RESOURCE");
        refused(
                post("/preview", Map.of("action", "create", "cluster", "demo", "node_number", 4)),
                409,
                "ALREADY_EXISTED");
        refused(
                post("/preview", Map.of("action", "config", "cluster", "demo", "config", Map.of("x", "1"))),
                400,
                "INVALID_CONFIG");
        refused(post("/preview", Map.of("action", "remove_proxy", "proxy", "10.9.9.9:1")), 404, "PROXY_NOT_FOUND");
        refused(post("/preview", Map.of("action", "dance")), 400, "INVALID_REQUEST")
                .body("message", containsString("action 'dance' is not known; expected create"));
        refused(post("/preview", Map.of("cluster", "demo")), 400, "INVALID_REQUEST")
                .body("message", containsString("'action' is missing"));
    }

    @Test
    void previews_every_action() {
        Broker.registerAll(5);
        Broker.create("demo", 4);
        String proxy = get("/clusters/proxies").extract().jsonPath().getString("clusters.demo[0]");
        preview(Map.of("action", "drain", "host", "10.0.0.1"))
                .body("changes", hasItem(containsString("Host 10.0.0.1 is emptied")));
        preview(Map.of("action", "remove", "cluster", "demo"))
                .body("changes[0]", containsString("all its keys are lost"));
        preview(Map.of("action", "failover", "proxy", proxy))
                .body("changes", hasItem(containsString("takes its place")));
        for (String action : List.of("switchover", "maintenance")) {
            refused(post("/preview", Map.of("action", action, "proxy", proxy)), 409, "NO_AVAILABLE_RESOURCE")
                    .body("message", containsString("in sync"));
        }
        preview(Map.of("action", "balance", "cluster", "demo")).body("changes", hasSize(0));
        preview(Map.of("action", "rebalance", "cluster", "demo", "weights", Map.of(proxy, 0)))
                .body("slots", equalTo(8192));
        preview(Map.of("action", "config", "cluster", "demo", "config", Map.of("migration_scan_count", "64")))
                .body("changes[0]", containsString("becomes 64, it is 16 now"));
    }

    private static ValidatableResponse preview(Map<String, Object> request) {
        return post("/preview", request).statusCode(200);
    }
}
