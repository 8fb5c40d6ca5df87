package io.undermoon.proxy.executable;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.undermoon.testsupport.FreePort;
import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** What a proxy's executable does with resources, sockets and libraries that a native image has to be told about. */
@QuarkusIntegrationTest
@TestProfile(ExecutableIT.Settings.class)
class ExecutableIT {
    /** Tells the port from the settings to the tests, which are not in the same class loader. */
    private static final String PORT_PROPERTY = "undermoon.test.executable-port";

    public static final class Settings implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            int port = Integer.getInteger(PORT_PROPERTY, FreePort.any()); // asked for more than once
            System.setProperty(PORT_PROPERTY, String.valueOf(port));
            return Map.of(
                    "quarkus.http.test-port", "0",
                    "undermoon.address", "127.0.0.1:" + port,
                    "undermoon.replica_port", "0");
        }
    }

    @Test
    void lives_and_has_metrics() {
        get("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
        get("/q/metrics").then().statusCode(200).body(containsString("undermoon_"));
    }

    @Test
    void answers_clients_and_knows_its_commands() {
        try (Jedis client = new Jedis("127.0.0.1", Integer.getInteger(PORT_PROPERTY))) {
            assertThat(client.ping()).isEqualTo("PONG");
            assertThat(client.info("server")).contains("redis_version");
            assertThat(client.commandCount()).isGreaterThan(200);
        }
    }
}
