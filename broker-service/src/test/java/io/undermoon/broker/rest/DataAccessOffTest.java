package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.refused;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A broker that shows no data. */
@QuarkusTest
@TestProfile(DataAccessOffTest.Off.class)
class DataAccessOffTest {
    public static final class Off implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("undermoon.console_data_access", "false");
        }
    }

    @Test
    void tells_no_key_and_no_value() {
        Broker.reset(false);
        Broker.registerAll(2);
        Broker.create("demo", 4);
        for (String what : List.of("scan", "look", "delete", "expire", "command")) {
            refused(post("/clusters/keys/" + what + "/demo", Map.of()), 404, "PATH_NOT_FOUND")
                    .body("message", containsString("undermoon.console_data_access is off"));
        }
        refused(get("/overview/clusters/demo/hot_keys"), 404, "PATH_NOT_FOUND");
        get("/overview").statusCode(200).body("caller.data_access", equalTo(false));
        refused(get("/overview/clusters/nothing/hot_slots"), 404, "CLUSTER_NOT_FOUND");
    }
}
