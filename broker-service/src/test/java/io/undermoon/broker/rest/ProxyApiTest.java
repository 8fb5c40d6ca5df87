package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static io.undermoon.broker.rest.Broker.delete;
import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.proxy;
import static io.undermoon.broker.rest.Broker.put;
import static io.undermoon.broker.rest.Broker.refused;
import static io.undermoon.broker.rest.Broker.register;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.broker.testing.MutableClock;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ProxyApiTest {
    @Inject
    MutableClock clock;

    @BeforeEach
    void reset() {
        Broker.reset(false);
    }

    @Test
    void registers_shows_and_removes_proxies() {
        ok(register(2));
        ok(register(1));
        refused(register(1), 409, "ALREADY_EXISTED");
        get("/proxies/addresses").body("addresses", contains(proxy(1), proxy(2)));
        get("/proxies/addresses?offset=1&limit=5").body("addresses", contains(proxy(2)));
        get("/proxies/meta/" + proxy(1))
                .body("proxy.cluster_name", nullValue())
                .body("proxy.epoch", equalTo((int) Broker.epoch()))
                .body("proxy.nodes.address", contains("10.0.0.1:7001", "10.0.0.1:7002"))
                .body("proxy.nodes[0].repl.role", equalTo("master"))
                .body("proxy.cluster_config", nullValue());
        get("/metadata").body("all_proxies.'10.0.0.1:5299'.host", equalTo("10.0.0.1"));
        ok(delete("/proxies/meta/" + proxy(1)));
        refused(delete("/proxies/meta/" + proxy(1)), 404, "PROXY_NOT_FOUND");
        refused(delete("/proxies/meta/nonsense"), 404, "PROXY_NOT_FOUND");
        get("/proxies/meta/" + proxy(1)).statusCode(200).body("proxy", nullValue());
        get("/proxies/meta/nonsense").statusCode(200).body("proxy", nullValue());
    }

    @Test
    void is_told_where_proxies_run() {
        Broker.registerAll(3);
        Broker.create("demo", 4);
        long epoch = Broker.epoch();
        ok(put("/proxies/locations", Map.of("locations", Map.of(proxy(1), Map.of("zone", "a", "machine", "m1")))));
        get("/proxies/locations")
                .body("locations.'10.0.0.1:5299'.zone", equalTo("a"))
                .body("locations.'10.0.0.1:5299'.machine", equalTo("m1"))
                .body("locations.'10.0.0.2:5299'.zone", nullValue());
        assertThat(Broker.epoch()).as("no proxy has to know").isEqualTo(epoch);

        refused(register(1), 409, "ALREADY_EXISTED");
        ok(put("/proxies/locations", Map.of("locations", Map.of(proxy(1), Map.of("zone", "b")))));
        get("/proxies/locations")
                .body("locations.'10.0.0.1:5299'.zone", equalTo("b"))
                .body("locations.'10.0.0.1:5299'.machine", nullValue());
        ok(put("/proxies/locations", Map.of("locations", Map.of(proxy(1), Map.of()))));
        get("/metadata").body("all_proxies.'10.0.0.1:5299'.location", nullValue());

        refused(
                put("/proxies/locations", Map.of("locations", Map.of(proxy(9), Map.of("zone", "a")))),
                404,
                "PROXY_NOT_FOUND");
        refused(put("/proxies/locations", Map.of()), 400, "INVALID_REQUEST");
        refused(
                        put("/proxies/locations", Map.of("locations", Map.of(proxy(1), Map.of("zone", " ")))),
                        400,
                        "INVALID_REQUEST")
                .body("message", containsString("zone"));
    }

    @Test
    void prepares_proxies_for_a_restart() {
        ok(register(1));
        ok(register(2));
        String path = "/proxies/maintenance/";
        get(path + proxy(1)).body("state", equalTo("none")).body("seconds_left", equalTo(0));
        post(path + proxy(1) + "?seconds=60")
                .statusCode(200)
                .body("state", equalTo("ready"))
                .body("seconds_left", equalTo(60));
        get("/proxies/maintenance").body("maintenance.proxy_address", contains(proxy(1)));
        refused(post(path + proxy(2)), 409, "IN_USE");
        refused(post(path + proxy(1) + "?seconds=0"), 400, "INVALID_REQUEST");
        refused(post(path + proxy(3)), 404, "PROXY_NOT_FOUND");
        ok(delete(path + proxy(1)));
        get("/proxies/maintenance").body("maintenance", hasSize(0));
        post(path + proxy(2)).statusCode(200);
        clock.advance(Duration.ofSeconds(300));
        get("/proxies/maintenance").body("maintenance", hasSize(0));

        ok(register(3));
        Broker.create("demo", 4);
        refused(post("/proxies/switchover/" + proxy(1) + "?force=maybe"), 400, "INVALID_REQUEST");
        refused(post(path + proxy(1)), 409, "NO_AVAILABLE_RESOURCE");
        get("/clusters/replicas/demo").body("replicas", hasSize(2)).body("notices", hasSize(0));
    }

    @Test
    void says_which_proxies_of_a_cluster_fail() {
        ok(register(1));
        ok(register(2));
        Broker.create("demo", 4);
        get("/clusters/failing/demo").statusCode(200).body("failing", hasSize(0));
        ok(post("/failures/" + proxy(2) + "/c1"));
        get("/clusters/failing/demo")
                .body("failing.proxy_address", contains(proxy(2)))
                .body("failing.state", contains("fail"))
                .body("failing[0].node_addresses", contains("10.0.0.2:7001", "10.0.0.2:7002"));
        refused(get("/clusters/failing/none"), 404, "CLUSTER_NOT_FOUND");
    }

    @Test
    void refuses_registrations_it_cannot_use() {
        refused(post("/proxies/meta", registration("nonsense", "a:1", "a:2")), 400, "INVALID_PROXY_ADDRESS");
        refused(post("/proxies/meta", registration("a:b", "a:1", "a:2")), 400, "INVALID_PROXY_ADDRESS");
        refused(post("/proxies/meta", registration("a:1", "a:2")), 400, "INVALID_REQUEST")
                .body("message", containsString("nodes"));
        refused(post("/proxies/meta", registration("a:1", "a:2", "a:2")), 400, "INVALID_REQUEST");
        refused(post("/proxies/meta", registration("a:1", "a:2", "nowhere")), 400, "INVALID_REQUEST");
        refused(post("/proxies/meta", Map.of("nodes", List.of("a:1", "a:2"))), 400, "INVALID_REQUEST")
                .body("message", containsString("proxy_address"));
        get("/proxies/addresses").body("addresses", hasSize(0));
    }

    @Test
    void keeps_the_replica_address_and_shows_it() {
        Broker.registerAll(2);
        Broker.create("demo", 4);
        Map<String, Object> body = Map.of(
                "proxy_address", proxy(1),
                "nodes", List.of("10.0.0.1:7001", "10.0.0.1:7002"),
                "replica_address", "10.0.0.1:15299");
        ok(post("/proxies/meta", body));
        refused(post("/proxies/meta", body), 409, "ALREADY_EXISTED");

        get("/proxies/meta/" + proxy(1)).body("proxy.replica_address", equalTo("10.0.0.1:15299"));
        get("/proxies/meta/" + proxy(2))
                .body("proxy.replica_address", nullValue())
                .body("proxy.replicas.proxy_address", contains("10.0.0.1:15299", proxy(2)));
        get("/metadata").body("all_proxies.'10.0.0.1:5299'.replica_address", equalTo("10.0.0.1:15299"));
        Map<String, Object> wrong =
                Map.of("proxy_address", "a:1", "nodes", List.of("a:2", "a:3"), "replica_address", "nowhere");
        refused(post("/proxies/meta", wrong), 400, "INVALID_PROXY_ADDRESS").body("message", containsString("nowhere"));
    }

    @Test
    void accepts_host_names_and_ipv6_and_encoded_paths() {
        ok(post("/proxies/meta", registration("redis-1.local:5299", "redis-1.local:1", "redis-1.local:2")));
        ok(post("/proxies/meta", registration("[::1]:5299", "[::1]:7001", "[::1]:7002")));
        given().urlEncodingEnabled(false)
                .get("/api/v3/proxies/meta/%5B%3A%3A1%5D%3A5299")
                .then()
                .body("proxy.address", equalTo("[::1]:5299"));
        given().get("/api/v3/proxies/meta/{address}", "redis-1.local:5299")
                .then()
                .body("proxy.address", equalTo("redis-1.local:5299"));
        get("/metadata").body("all_proxies.'[::1]:5299'.host", equalTo("::1"));
    }

    @Test
    void shows_a_proxy_of_a_cluster_with_its_peers_and_replicas() {
        Broker.registerAll(2);
        Broker.create("demo", 4);
        get("/proxies/meta/" + proxy(1))
                .body("proxy.cluster_name", equalTo("demo"))
                .body("proxy.peers.proxy_address", contains(proxy(2)))
                .body("proxy.replicas", hasSize(2))
                .body("proxy.nodes", hasSize(2));
        refused(delete("/proxies/meta/" + proxy(1)), 409, "IN_USE");
    }

    @Test
    void tells_the_epoch_every_proxy_should_have() {
        Broker.registerAll(4);
        Broker.create("demo", 4);
        int cluster = (int) Broker.epoch();
        ok(register(5));
        post("/proxies/failover/" + proxy(5)).statusCode(200);
        ok(register(6));
        int global = (int) Broker.epoch();
        get("/proxies/epochs")
                .body("epochs.keySet()", contains(proxy(1), proxy(2), proxy(3), proxy(4), proxy(5), proxy(6)))
                .body("epochs.'10.0.0.1:5299'", equalTo(cluster))
                .body("epochs.'10.0.0.5:5299'", equalTo(global))
                .body("epochs.'10.0.0.6:5299'", equalTo(global));
        get("/proxies/epochs?offset=3&limit=1").body("epochs.keySet()", contains(proxy(4)));
    }

    @Test
    void collects_reports_until_they_expire() {
        Broker.registerAll(1);
        long epoch = Broker.epoch();
        ok(post("/failures/" + proxy(1) + "/coordinator-0"));
        ok(post("/failures/" + proxy(1) + "/coordinator-0"));
        assertThat(Broker.epoch()).isEqualTo(epoch + 1);
        get("/failures").body("addresses", contains(proxy(1)));
        ok(post("/failures/" + proxy(9) + "/coordinator-0"));
        ok(post("/failures/nonsense/coordinator-0"));
        get("/metadata").body("failures.keySet()", contains(proxy(1)));
        ok(delete("/failures/" + proxy(1) + "/coordinator-0"));
        ok(delete("/failures/" + proxy(9) + "/coordinator-0"));
        get("/failures").body("addresses", hasSize(0));
        ok(post("/failures/" + proxy(1) + "/coordinator-0"));
        refused(post("/failures/" + proxy(1) + "/" + "x".repeat(300)), 400, "INVALID_REQUEST");
        clock.advance(Duration.ofSeconds(60));
        get("/failures").body("addresses", hasSize(0));
    }

    @Test
    void coordinators_say_that_they_are_alive() {
        get("/coordinators").body("coordinators.keySet()", hasSize(0)).body("quorum", equalTo(1));
        ok(put("/coordinators/coordinator-0"));
        ok(put("/coordinators/coordinator-1"));
        get("/coordinators")
                .body("coordinators.keySet()", containsInAnyOrder("coordinator-0", "coordinator-1"))
                .body("quorum", equalTo(2));
        ok(register(1));
        ok(post("/failures/" + proxy(1) + "/coordinator-0"));
        get("/failures").body("addresses", hasSize(0));
        ok(post("/failures/" + proxy(1) + "/coordinator-1"));
        get("/failures").body("addresses", contains(proxy(1)));
        refused(put("/coordinators/" + "x".repeat(300)), 400, "INVALID_REQUEST");
    }

    @Test
    void fails_over_and_repairs_when_a_spare_proxy_comes() {
        Broker.registerAll(2);
        Broker.create("demo", 4);
        refused(post("/proxies/failover/" + proxy(9)), 404, "PROXY_NOT_FOUND");
        refused(post("/proxies/failover/nonsense"), 404, "PROXY_NOT_FOUND");
        refused(post("/proxies/failover/" + proxy(1)), 409, "NO_AVAILABLE_RESOURCE");
        long epoch = Broker.epoch();
        refused(post("/proxies/failover/" + proxy(1)), 409, "NO_AVAILABLE_RESOURCE");
        assertThat(Broker.epoch()).isEqualTo(epoch);
        get("/failures").body("addresses", contains(proxy(1)));
        get("/proxies/failed/addresses").body("addresses", contains(proxy(1)));
        post("/resources/failures/check").body("hosts_cannot_fail", contains("10.0.0.1", "10.0.0.2"));

        ok(register(3));
        post("/proxies/failover/" + proxy(1))
                .statusCode(200)
                .body("proxy.address", equalTo(proxy(3)))
                .body("proxy.cluster_name", equalTo("demo"));
        get("/failures").body("addresses", hasSize(0));
        get("/proxies/failed/addresses").body("addresses", contains(proxy(1)));
        refused(register(1), 409, "ALREADY_EXISTED");
        get("/proxies/failed/addresses").body("addresses", hasSize(0));
        post("/resources/failures/check").body("hosts_cannot_fail", hasSize(0));
        post("/proxies/failover/" + proxy(1)).statusCode(200).body("proxy", nullValue());
        refused(post("/proxies/failover/" + proxy(2)), 409, "NO_AVAILABLE_RESOURCE");
        post("/proxies/failover/" + proxy(2) + "?force=true").statusCode(409);
    }

    private static Map<String, Object> registration(String address, String... nodes) {
        return Map.of("proxy_address", address, "nodes", List.of(nodes));
    }
}
