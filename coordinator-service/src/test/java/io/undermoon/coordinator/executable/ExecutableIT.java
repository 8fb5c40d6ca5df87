package io.undermoon.coordinator.executable;

import static io.restassured.RestAssured.get;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.undermoon.coordinator.testing.HttpBrokerServer;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a coordinator's executable does with JSON and the libraries that a native image has to be told about. */
@QuarkusIntegrationTest
@TestProfile(ExecutableIT.Settings.class)
class ExecutableIT {
    public static final class Settings implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                HttpBrokerServer broker = new HttpBrokerServer();
                broker.on("GET /api/v3/epoch", 200, "1");
                return Map.of(
                        "quarkus.http.test-port",
                        "0",
                        "undermoon.address",
                        "127.0.0.1:" + FreePort.any(),
                        "undermoon.broker_address",
                        broker.address().toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void is_ready_when_a_broker_answers_and_has_metrics() {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> get("/q/health/ready").then().body("status", equalTo("UP")));
        get("/q/metrics").then().statusCode(200).body(containsString("undermoon_"));
    }
}
