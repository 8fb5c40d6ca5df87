package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API says to requests it cannot make sense of, and how it speaks HTTP. */
@QuarkusTest
class FrameworkErrorsTest {
    @BeforeEach
    void reset() {
        Broker.reset(false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v3/nothing",
                "/api/v3",
                "/nothing",
                "/api/v3/clusters/meta",
                "/api/v2/nothing",
                "/q/nothing"
            })
    void answers_an_unknown_path_with_404_in_json(String path) {
        given().get(path)
                .then()
                .statusCode(404)
                .contentType("application/json")
                .body("error", equalTo("PATH_NOT_FOUND"));
    }

    @Test
    void answers_a_wrong_method_with_405_in_json() {
        Broker.refused(Broker.delete("/version"), 405, "METHOD_NOT_ALLOWED");
        Broker.refused(Broker.get("/clusters/migrations/expand/a"), 405, "METHOD_NOT_ALLOWED");
        Broker.refused(Broker.post("/clusters/names"), 405, "METHOD_NOT_ALLOWED");
    }

    @Test
    void answers_a_body_that_is_not_json_with_400() {
        Broker.refused(Broker.post("/clusters/meta/demo", "{\"node_number\":"), 400, "INVALID_REQUEST");
        Broker.refused(Broker.post("/clusters/meta/demo", ""), 400, "INVALID_REQUEST");
        assertThat(RawHttp.send("POST", "/api/v3/clusters/meta/demo", "").body())
                .contains("INVALID_REQUEST");
        Broker.refused(Broker.put("/metadata", "nonsense"), 400, "INVALID_REQUEST");
    }

    @Test
    void names_the_field_that_cannot_be_read() {
        Broker.refused(Broker.post("/clusters/meta/demo", Map.of("node_number", "four")), 400, "INVALID_REQUEST")
                .body("message", containsString("node_number"));
        Broker.refused(Broker.post("/clusters/meta/demo", Map.of()), 400, "INVALID_REQUEST")
                .body("message", containsString("node_number"));
        Broker.refused(Broker.put("/clusters/migrations", Map.of("cluster_name", "demo")), 400, "INVALID_REQUEST")
                .body("message", containsString("slot_range"));
    }

    @Test
    void refuses_another_media_type_and_accepts_a_missing_one() {
        Broker.refused(
                given().contentType("text/plain")
                        .body("{}")
                        .post("/api/v3/proxies/meta")
                        .then(),
                415,
                "UNSUPPORTED_MEDIA_TYPE");
        RawHttp.Reply reply = RawHttp.send("POST", "/api/v3/clusters/meta/demo", "{\"node_number\":4}");
        assertThat(reply.body()).contains("NO_AVAILABLE_RESOURCE");
        assertThat(reply.status()).isEqualTo(409);
    }

    @Test
    void refuses_a_body_over_the_limit() {
        RawHttp.Reply reply = RawHttp.send("POST", "/api/v3/proxies/meta", "\"" + "x".repeat(2_000_000) + "\"");
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.body()).contains("PAYLOAD_TOO_LARGE");
    }

    @Test
    void compresses_only_when_asked() {
        Broker.registerAll(4);
        assertThat(RawHttp.send("GET", "/api/v3/metadata", "").body()).contains("mem-broker-0.2");
        given().header("Accept-Encoding", "gzip")
                .get("/api/v3/metadata")
                .then()
                .header("Content-Encoding", equalTo("gzip"))
                .body("version", equalTo("mem-broker-0.2"));
    }

    @Test
    void describes_itself() {
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .body("paths.'/api/v3/clusters/meta/{name}'.post", notNullValue())
                .body("components.schemas.MetaStore.properties.clusters", notNullValue())
                .body("components.schemas.ClusterStore.properties.chunks", notNullValue())
                .body("components.schemas.ChunkStore.properties.keySet()", hasSize(8));
        given().get("/q/swagger-ui/").then().statusCode(200);
        given().redirects().follow(false).get("/").then().statusCode(200).contentType("text/html");
    }

    @Test
    void is_healthy_and_measured() {
        Broker.registerAll(2);
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("undermoon_broker_proxies{state=\"free\"} 2.0"))
                .body(containsString("undermoon_broker_global_epoch"));
    }
}
