package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.delete;
import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.put;
import static io.undermoon.broker.rest.Broker.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.undermoon.broker.testing.FakeProxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Moving slots by hand, seeing how far that is, and taking it back. */
@QuarkusTest
class MigrationApiTest {
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
    void reshards_by_number_and_by_range() {
        reshard(Map.of("destination", master(1), "slot_number", 100))
                .statusCode(200)
                .body("migrations", hasSize(1))
                .body("migrations[0].slot_range.range_list", contains(contains(0, 99)))
                .body("migrations[0].slot_range.tag.Migrating.dst_node_address", equalTo(master(1)))
                .body("migrations[0].state", equalTo("unknown"));
        reshard(Map.of("destination", master(1), "range_list", List.of(List.of(500, 509), List.of(600, 600))))
                .statusCode(200)
                .body("migrations[0].state", equalTo("waiting"));
        get("/clusters/info/demo")
                .body("is_migrating", equalTo(true))
                .body("migrations.state", contains("unknown", "waiting"));
        get("/clusters/info").body("clusters", hasSize(1)).body("clusters[0].migrations", hasSize(2));

        refused(
                        reshard(Map.of("destination", master(1), "range_list", List.of(List.of(99, 100)))),
                        400,
                        "INVALID_MIGRATION_TASK")
                .body("message", containsString("99-99"));
        refused(reshard(Map.of("slot_number", 100)), 400, "INVALID_REQUEST");
        refused(reshard(Map.of("destination", master(1))), 400, "INVALID_MIGRATION_TASK");
        refused(reshard(Map.of("destination", "10.9.9.9:1", "slot_number", 1)), 400, "INVALID_MIGRATION_TASK");
        refused(reshard(Map.of("destination", master(1), "slot_number", "many")), 400, "INVALID_REQUEST");
        refused(
                post("/clusters/migrations/reshard/none", Map.of("destination", "h:1", "slot_number", 1)),
                404,
                "CLUSTER_NOT_FOUND");
    }

    @Test
    void rebalances_by_weight_and_only_when_needed() {
        post("/clusters/migrations/rebalance/demo", Map.of()).statusCode(200).body("migrations", hasSize(0));
        post("/clusters/migrations/rebalance/demo", Map.of("weights", Map.of(master(0), 3), "threshold", 1))
                .statusCode(200)
                .body("migrations", hasSize(1))
                .body("migrations[0].slot_range.range_list", contains(contains(12288, 16383)));
        refused(post("/clusters/migrations/rebalance/demo", Map.of()), 409, "MIGRATION_RUNNING");
        refused(post("/clusters/migrations/rebalance/demo", Map.of("threshold", -1)), 400, "INVALID_REQUEST");
        refused(
                post("/clusters/migrations/rebalance/demo", Map.of("weights", Map.of("h:1", 2))),
                409,
                "MIGRATION_RUNNING");
    }

    @Test
    void shows_what_coordinators_report_of_running_migrations() {
        Map<String, Object> slots = migrationOf(reshard(Map.of("destination", master(1), "slot_number", 100)));
        report(slots, "source", "copying", 25);
        report(slots, "destination", "importing", 0);
        get("/clusters/info/demo")
                .body("migrations[0].state", equalTo("copying"))
                .body("migrations[0].destination_state", equalTo("importing"))
                .body("migrations[0].keys_total", equalTo(100))
                .body("migrations[0].keys_copied", equalTo(25))
                .body("migrations[0].eta_ms", equalTo(7500))
                .body("migrations[0].error", equalTo(""));

        Map<String, Object> others = Map.of("range_list", List.of(List.of(0, 7)), "tag", slots.get("tag"));
        report(others, "source", "switched", 99);
        get("/clusters/info/demo").body("migrations", hasSize(1)).body("migrations[0].state", equalTo("copying"));
        refused(put("/clusters/migrations/progress", Map.of()), 400, "INVALID_REQUEST");
        refused(put("/clusters/migrations/progress", Map.of("reports", List.of(Map.of()))), 400, "INVALID_REQUEST");
    }

    @Test
    void aborts_what_its_source_agrees_to() {
        Map<String, Object> slots = migrationOf(reshard(Map.of("destination", master(1), "slot_number", 100)));
        reshard(Map.of("destination", master(1), "slot_number", 50)).statusCode(200);
        delete("/clusters/migrations/demo")
                .statusCode(200)
                .body("error", nullValue())
                .body("scaling_cancelled", equalTo(false))
                .body("migrations.outcome", contains("aborted", "aborted"));
        get("/clusters/info/demo").body("is_migrating", equalTo(false));
        get("/clusters/meta/demo").body("cluster.nodes[0].slots", hasSize(1));
        assertThat(source(slots).aborts()).hasSize(1);
        assertThat(source(slots).aborts().get(0)).startsWith("demo MIGRATING 1 0-99 ");
        refused(delete("/clusters/migrations/demo"), 404, "MIGRATION_TASK_NOT_FOUND");
        refused(delete("/clusters/migrations/none"), 404, "CLUSTER_NOT_FOUND");
    }

    @Test
    void aborts_one_of_several() {
        reshard(Map.of("destination", master(1), "slot_number", 100)).statusCode(200);
        Map<String, Object> second = migrationOf(reshard(Map.of("destination", master(1), "slot_number", 50)));
        refused(delete("/clusters/migrations/demo?slots=100&epoch=1"), 404, "MIGRATION_TASK_NOT_FOUND");
        delete("/clusters/migrations/demo?slots=120-121,9000&epoch=" + epochOf(second))
                .statusCode(200)
                .body("migrations", hasSize(1));
        get("/clusters/info/demo").body("migrations", hasSize(1));
        refused(delete("/clusters/migrations/demo?slots=a"), 400, "INVALID_REQUEST");
        refused(delete("/clusters/migrations/demo?slots=0-16384"), 400, "INVALID_REQUEST");
    }

    @Test
    void leaves_migrations_alone_that_have_switched_or_whose_source_refuses() {
        Map<String, Object> slots = migrationOf(reshard(Map.of("destination", master(1), "slot_number", 100)));
        long epoch = Broker.epoch();
        source(slots).answerAbortsWith("-ALREADY_SWITCHED 0-99");
        delete("/clusters/migrations/demo").statusCode(200).body("migrations.outcome", contains("already_switched"));
        source(slots).answerAbortsWith("-TASK_NOT_FOUND");
        refused(delete("/clusters/migrations/demo"), 409, "MIGRATION_NOT_ABORTED")
                .body("migrations.outcome", contains("refused"))
                .body("message", containsString(source(slots).address()));
        source(slots).answerAbortsWith("+MAYBE");
        refused(delete("/clusters/migrations/demo"), 409, "MIGRATION_NOT_ABORTED");
        assertThat(Broker.epoch()).isEqualTo(epoch);
        ok(proxies.finishAndCommit(slots));
    }

    @Test
    void commits_only_what_a_proxy_says_is_finished() {
        Map<String, Object> slots = migrationOf(reshard(Map.of("destination", master(1), "slot_number", 100)));
        long epoch = Broker.epoch();
        refused(RunningProxies.commit("demo", slots), 409, "MIGRATION_NOT_FINISHED")
                .body("message", containsString(proxies.source(slots).address()))
                .body("message", containsString("does not list it"));
        proxies.source(slots).finish(RunningProxies.line("other", "MIGRATING", slots));
        proxies.source(slots).finish("nonsense");
        refused(RunningProxies.commit("demo", slots), 409, "MIGRATION_NOT_FINISHED");
        assertThat(Broker.epoch()).isEqualTo(epoch);

        proxies.source(slots).close();
        refused(RunningProxies.commit("demo", slots), 409, "MIGRATION_NOT_FINISHED")
                .body("message", containsString("does not answer"));
        proxies.destination(slots).finish(RunningProxies.line("demo", "IMPORTING", slots));
        ok(RunningProxies.commit("demo", slots));
    }

    @Test
    void says_which_proxy_does_not_answer() {
        Map<String, Object> slots = migrationOf(reshard(Map.of("destination", master(1), "slot_number", 100)));
        source(slots).close();
        refused(delete("/clusters/migrations/demo"), 409, "MIGRATION_NOT_ABORTED")
                .body("message", containsString(source(slots).address()))
                .body("migrations.outcome", contains("not_answered"));
        get("/clusters/info/demo").body("is_migrating", equalTo(true));
    }

    @Test
    void scales_out_and_in_as_migrations_are_committed() {
        proxies.add(2);
        for (int nodes : List.of(8, 12, 4)) {
            ok(post("/clusters/migrations/auto/demo/" + nodes));
            commitUntilNothingMoves();
            get("/clusters/info/demo").body("node_number_with_slots", equalTo(nodes));
        }
        ok(delete("/clusters/free_nodes/demo"));
        get("/clusters/info/demo").body("node_number", equalTo(4));
    }

    @Test
    void redirects_automatic_scaling() {
        ok(post("/clusters/migrations/auto/demo/8"));
        get("/clusters/info/demo").body("migrations", hasSize(2));
        ok(post("/clusters/migrations/auto/demo/4"));
        get("/clusters/info/demo").body("is_migrating", equalTo(false)).body("node_number", equalTo(4));
    }

    @Test
    void drains_a_host() {
        String host = "host1";
        post("/hosts/drain/" + host)
                .statusCode(200)
                .body("host", equalTo(host))
                .body("state", equalTo("draining"))
                .body("slots_left", equalTo(16384))
                .body("proxies_in_use", hasSize(1))
                .body("clusters[0].migrations", hasSize(2));
        get("/hosts/drain").body("hosts", hasSize(1));
        get("/hosts/drain/" + host).body("clusters[0].name", equalTo("demo"));
        refused(post("/hosts/drain/host3"), 409, "NO_AVAILABLE_RESOURCE");
        refused(post("/hosts/drain/nowhere"), 404, "HOST_NOT_FOUND");
        refused(get("/hosts/drain/host2"), 404, "HOST_NOT_FOUND");
        ok(delete("/hosts/drain/" + host));
        refused(delete("/hosts/drain/" + host), 404, "HOST_NOT_FOUND");
        get("/hosts/drain").body("hosts", hasSize(0));
    }

    /** Those that run are listed first. */
    private void commitUntilNothingMoves() {
        List<Map<String, Object>> migrations;
        do {
            migrations = get("/clusters/info/demo").extract().path("migrations");
            if (!migrations.isEmpty()) {
                assertThat(migrations.get(0)).containsEntry("state", "unknown");
                ok(proxies.finishAndCommit(get("/clusters/info/demo").extract().path("migrations[0].slot_range")));
            }
        } while (!migrations.isEmpty());
    }

    private static ValidatableResponse reshard(Map<String, Object> body) {
        return post("/clusters/migrations/reshard/demo", body);
    }

    private static Map<String, Object> migrationOf(ValidatableResponse planned) {
        return planned.statusCode(200).extract().path("migrations[0].slot_range");
    }

    private static Object epochOf(Map<String, Object> slots) {
        return ((Map<?, ?>) ((Map<?, ?>) slots.get("tag")).get("Migrating")).get("epoch");
    }

    private FakeProxy source(Map<String, Object> slots) {
        return proxies.source(slots);
    }

    private static void report(Map<String, Object> slots, String side, String state, int copied) {
        Map<String, Object> progress = new HashMap<>(Map.of("task", slots, "side", side, "state", state, "error", ""));
        for (String name : List.of(
                "keys_scanned",
                "bytes_copied",
                "keys_dirty",
                "elapsed_ms",
                "bytes_per_second",
                "attempts",
                "longest_hold_us",
                "writers_held_us")) {
            progress.put(name, 0);
        }
        progress.putAll(Map.of("keys_total", 100, "keys_copied", copied, "keys_per_second", 10));
        ok(put(
                "/clusters/migrations/progress",
                Map.of("reports", List.of(Map.of("cluster_name", "demo", "progress", progress)))));
    }

    private static String master(int shard) {
        List<String> masters =
                get("/clusters/meta/demo").extract().path("cluster.nodes.findAll { it.repl.role == 'master' }.address");
        return masters.get(shard);
    }
}
