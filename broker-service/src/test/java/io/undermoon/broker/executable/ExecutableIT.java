package io.undermoon.broker.executable;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a broker's executable does with JSON, resources and the libraries that a native image has to be told about. */
@QuarkusIntegrationTest
@TestProfile(ExecutableIT.Settings.class)
class ExecutableIT {
    public static final class Settings implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.http.test-port", "0", "undermoon.storage_type", "memory");
        }
    }

    @Test
    void is_ready_and_has_metrics_and_pages() {
        get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
        get("/q/metrics").then().statusCode(200).body(containsString("undermoon_"));
        get("/q/swagger-ui/").then().statusCode(200).body(containsString("swagger-ui"));
        get("/q/openapi").then().statusCode(200).body(containsString("/api/v3/clusters"));
    }

    @Test
    void metadata_goes_in_and_comes_out() {
        for (int host = 1; host <= 2; host++) {
            String address = "10.0.0." + host;
            given().contentType(ContentType.JSON)
                    .body(Map.of(
                            "proxy_address", address + ":5299",
                            "nodes", List.of(address + ":7001", address + ":7002"),
                            "host", "host-" + host))
                    .post("/api/v3/proxies/meta")
                    .then()
                    .statusCode(200);
        }
        given().contentType(ContentType.JSON)
                .body(Map.of("node_number", 4))
                .post("/api/v3/clusters/meta/demo")
                .then()
                .statusCode(200);
        get("/api/v3/clusters/meta/demo").then().statusCode(200).body("cluster.nodes", hasSize(4));
        get("/api/v3/proxies/meta/10.0.0.1:5299").then().statusCode(200).body("proxy.cluster_name", equalTo("demo"));
        get("/api/v3/backup").then().statusCode(200).body(containsString("demo"));
        get("/api/v3/audit").then().statusCode(200).body(containsString("demo"));
        given().contentType(ContentType.JSON)
                .body(Map.of("node_number", 3))
                .post("/api/v3/clusters/meta/other")
                .then()
                .statusCode(400)
                .body("error", equalTo("INVALID_NODE_NUMBER"));
    }
}
