package io.undermoon.proxy.executable;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.undermoon.testsupport.FreePort;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a proxy's executable does with resources, sockets and libraries that a native image has to be told about. */
@QuarkusIntegrationTest
@TestProfile(ExecutableIT.Settings.class)
class ExecutableIT {
    public static final class Settings implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.test-port", "0",
                    "undermoon.address", "127.0.0.1:" + FreePort.any(),
                    "undermoon.replica_port", "0");
        }
    }

    @Test
    void lives_and_has_metrics() {
        get("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
        get("/q/metrics").then().statusCode(200).body(containsString("undermoon_"));
    }
}
