package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The paths of the older API answer, in the older shape where it differs. */
@QuarkusTest
class ApiV2Test {
    @BeforeEach
    void reset() {
        Broker.reset(false);
        Broker.registerAll(5);
    }

    @Test
    void shapes_clusters_and_proxies() {
        given().contentType("application/json")
                .body(Map.of("node_number", 4))
                .post("/api/v2/clusters/meta/demo")
                .then()
                .statusCode(200)
                .body(emptyString());
        given().get("/api/v2/clusters/meta/demo")
                .then()
                .body("cluster.keySet()", containsInAnyOrder("name", "epoch", "nodes", "config"))
                .body("cluster.nodes[0].cluster_name", equalTo("demo"))
                .body(
                        "cluster.nodes[0].keySet()",
                        containsInAnyOrder("address", "proxy_address", "cluster_name", "slots", "repl"));
        String used = given().get("/api/v2/clusters/meta/demo").then().extract().path("cluster.nodes[0].proxy_address");
        given().get("/api/v2/proxies/meta/" + used)
                .then()
                .body(
                        "proxy.keySet()",
                        containsInAnyOrder("address", "epoch", "nodes", "free_nodes", "peers", "clusters_config"))
                .body("proxy.free_nodes", hasSize(0))
                .body("proxy.nodes[0].cluster_name", equalTo("demo"))
                .body("proxy.peers[0].cluster_name", equalTo("demo"))
                .body("proxy.clusters_config.demo.compression_strategy", equalTo("disabled"));
        given().contentType("application/json")
                .body(Map.of("node_number", 4))
                .patch("/api/v2/clusters/nodes/demo")
                .then()
                .body("[0].cluster_name", equalTo("demo"))
                .body("[3].cluster_name", equalTo("demo"));
        given().get("/api/v2/proxies/meta/" + Broker.proxy(5))
                .then()
                .body("proxy.nodes", hasSize(0))
                .body("proxy.free_nodes", contains("10.0.0.5:7001", "10.0.0.5:7002"));
        given().get("/api/v2/clusters/meta/none").then().body("cluster", nullValue());
    }

    @Test
    void fails_over_as_the_pod_stop_hook_asks() {
        Broker.create("demo", 4);
        String used = Broker.get("/clusters/meta/demo").extract().path("cluster.nodes[0].proxy_address");
        given().noContentType()
                .post("/api/v2/proxies/failover/" + used)
                .then()
                .statusCode(200)
                .body("proxy.nodes[0].cluster_name", equalTo("demo"));
    }

    @Test
    void answers_in_plain_text_where_it_did() {
        given().get("/api/v2/epoch")
                .then()
                .statusCode(200)
                .contentType(ContentType.TEXT)
                .body(equalTo(Long.toString(Broker.epoch())));
        given().get("/api/v2/version").then().statusCode(200).contentType(ContentType.TEXT);
        given().get("/api/v2/proxies/addresses?limit=1&offset=1").then().body("addresses", contains(Broker.proxy(2)));
        given().delete("/api/v2/clusters/meta/none").then().statusCode(404).body("error", equalTo("CLUSTER_NOT_FOUND"));
    }
}
