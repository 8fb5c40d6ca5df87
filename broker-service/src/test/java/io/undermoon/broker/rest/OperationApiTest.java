package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.delete;
import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.refused;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Work that outlasts its request, as something to look at and to cancel. */
@QuarkusTest
class OperationApiTest {
    private RunningProxies proxies;

    @BeforeEach
    void reset() {
        Broker.reset(false);
        proxies = new RunningProxies(4);
        Broker.create("demo", 4);
    }

    @AfterEach
    void close() {
        proxies.close();
    }

    @Test
    void shows_and_cancels_moves() {
        post("/clusters/migrations/reshard/demo", Map.of("destination", master(1), "slot_number", 100))
                .statusCode(200);
        long id = newest();
        get("/operations/" + id)
                .statusCode(200)
                .body("kind", equalTo("move_slots"))
                .body("subject", equalTo("demo"))
                .body("state", equalTo("running"))
                .body("what", containsString("/clusters/migrations/reshard/demo"))
                .body("slots", equalTo(100))
                .body("migrations", hasSize(1))
                .body("ended_at", nullValue());
        get("/operations?state=running").body("operations", hasSize(1)).body("operations[0].migrations", nullValue());

        delete("/operations/" + id)
                .statusCode(200)
                .body("state", equalTo("cancelled"))
                .body("slots_returned", equalTo(100))
                .body("ended_at", notNullValue());
        get("/clusters/info/demo").body("is_migrating", equalTo(false));
        refused(delete("/operations/" + id), 409, "OPERATION_ENDED");
    }

    @Test
    void an_abort_that_is_refused_leaves_the_operation_running() {
        post("/clusters/migrations/reshard/demo", Map.of("destination", master(1), "slot_number", 100))
                .statusCode(200);
        long id = newest();
        proxies.close();
        refused(delete("/operations/" + id), 409, "MIGRATION_NOT_ABORTED").body("migrations", hasSize(1));
        get("/operations/" + id).body("state", equalTo("running"));
    }

    @Test
    void shows_and_cancels_the_drain_of_a_host() {
        Map<String, Map<String, String>> all = get("/metadata").extract().path("all_proxies");
        String host = all.get(proxy(0)).get("host");
        post("/hosts/drain/" + host).statusCode(200);
        get("/operations?state=running").body("operations.find { it.kind == 'drain_host' }.subject", equalTo(host));
        long id = ((Number) get("/operations?state=running")
                        .extract()
                        .path("operations.find { it.kind == 'drain_host' }.id"))
                .longValue();
        delete("/operations/" + id).statusCode(200).body("state", equalTo("cancelled"));
        get("/hosts/drain").body("hosts", hasSize(0));
    }

    @Test
    void shows_and_ends_maintenance() {
        String free = ((List<String>) get("/proxies/addresses").extract().<List<String>>path("addresses"))
                .stream()
                        .filter(address -> !address.equals(proxy(0)) && !address.equals(proxy(1)))
                        .findFirst()
                        .orElseThrow();
        post("/proxies/maintenance/" + free).statusCode(200);
        long id = newest();
        get("/operations/" + id).body("kind", equalTo("maintain_proxy")).body("subject", equalTo(free));
        delete("/operations/" + id).statusCode(200).body("state", equalTo("done"));
        get("/proxies/maintenance").body("maintenance", hasSize(0));
    }

    @Test
    void refuses_what_is_not_known() {
        refused(get("/operations/4711"), 404, "OPERATION_NOT_FOUND").body("message", containsString("4711"));
        refused(delete("/operations/demo"), 404, "OPERATION_NOT_FOUND");
        refused(get("/operations?state=gone"), 400, "INVALID_REQUEST").body("message", containsString("gone"));
    }

    private static long newest() {
        return ((Number) get("/operations?limit=1").statusCode(200).extract().path("operations[0].id")).longValue();
    }

    private static String master(int index) {
        return get("/clusters/meta/demo")
                .extract()
                .<List<String>>path("cluster.nodes.findAll { it.repl.role == 'master' }.address")
                .get(index);
    }

    private static String proxy(int index) {
        return get("/clusters/meta/demo")
                .extract()
                .<List<String>>path("cluster.nodes.proxy_address.unique()")
                .get(index);
    }
}
