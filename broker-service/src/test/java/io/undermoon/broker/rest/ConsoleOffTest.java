package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.testing.FakeProxy;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A broker whose console is off. */
@QuarkusTest
@TestProfile(ConsoleOffTest.Off.class)
class ConsoleOffTest {
    /** Of a broker that asks. */
    private static final Duration TWO_ROUNDS = Duration.ofMillis(2100);

    public static final class Off implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("undermoon.console", "false");
        }
    }

    @Inject
    ProxyObserver observer;

    @Test
    void has_no_pages_and_no_overview() {
        given().redirects()
                .follow(false)
                .get("/")
                .then()
                .statusCode(307)
                .header("Location", containsString("/q/swagger-ui"));
        given().get("/console/console.js").then().statusCode(404);
        for (String path : List.of("/overview", "/overview/proxies", "/overview/clusters/demo")) {
            Broker.get(path)
                    .statusCode(404)
                    .body("error", equalTo("PATH_NOT_FOUND"))
                    .body("message", containsString("undermoon.console is off"));
        }
        Broker.refused(Broker.post("/preview", Map.of("action", "balance")), 404, "PATH_NOT_FOUND");
    }

    @Test
    void asks_no_proxy() {
        Broker.reset(false);
        try (FakeProxy proxy = new FakeProxy(() -> 1)) {
            Broker.ok(Broker.post(
                    "/proxies/meta",
                    Map.of("proxy_address", proxy.address(), "nodes", List.of("10.0.0.1:1", "10.0.0.1:2"))));
            await().during(TWO_ROUNDS)
                    .atMost(TWO_ROUNDS.plusSeconds(5))
                    .untilAsserted(() -> assertThat(observer.observations()).isEmpty());
        }
    }
}
