package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
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

import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.broker.testing.FakeProxy;
import io.undermoon.broker.testing.Golden;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Epochs, the change feed, the whole metadata, and scaling that waits for proxies. */
@QuarkusTest
class EpochApiTest {
    @BeforeEach
    void reset() {
        Broker.reset(false);
    }

    @Test
    void tells_its_version_and_epoch() {
        given().get("/api/v3/version")
                .then()
                .statusCode(200)
                .contentType("text/plain")
                .body(containsString("."));
        given().get("/api/v3/epoch").then().statusCode(200).contentType("application/json");
    }

    @Test
    void lifts_epochs() {
        Broker.registerAll(2);
        Broker.create("demo", 4);
        long target = Broker.epoch() + 10;
        ok(put("/epoch/" + target));
        get("/clusters/meta/demo").body("cluster.epoch", equalTo((int) target));
        refused(put("/epoch/" + target), 409, "EPOCH_SMALLER_THAN_CURRENT");
        refused(put("/epoch/many"), 400, "INVALID_REQUEST");
        refused(put("/epoch/-1"), 400, "INVALID_REQUEST");
    }

    @Test
    void leaves_room_for_changes_above_every_epoch_it_is_given() {
        String highest = "4503599627370496";
        for (String epoch : List.of("9223372036854775807", "4503599627370497")) {
            refused(put("/epoch/" + epoch), 400, "INVALID_REQUEST").body("message", containsString(highest));
            Map<String, Object> dump =
                    new HashMap<>(get("/metadata").extract().jsonPath().getMap("$"));
            dump.put("global_epoch", Long.parseLong(epoch));
            refused(put("/metadata", dump), 400, "INVALID_REQUEST").body("message", containsString(highest));
        }
        try (FakeProxy broken = new FakeProxy(() -> Long.MAX_VALUE)) {
            register(broken.address());
            put("/epoch/recovery").statusCode(200).body("failed_addresses", contains(broken.address()));
        }
        ok(Broker.register(1));
    }

    @Test
    void lifts_epochs_above_those_of_the_proxies() {
        long proxyEpoch = Broker.epoch() + 100;
        try (FakeProxy proxy = new FakeProxy(() -> proxyEpoch);
                FakeProxy silent = FakeProxy.silent()) {
            register(proxy.address());
            register(silent.address());
            put("/epoch/recovery").statusCode(200).body("failed_addresses", contains(silent.address()));
            assertThat(Broker.epoch()).isEqualTo(proxyEpoch + 2);
        }
    }

    @Test
    void tells_watchers_of_a_change() {
        long epoch = Broker.epoch();
        get("/watch?epoch=" + (epoch - 1)).statusCode(200).body("epoch", equalTo((int) epoch));
        get("/watch?epoch=" + epoch + "&timeout=0").body("epoch", equalTo((int) epoch));
        CompletableFuture<Integer> watcher = CompletableFuture.supplyAsync(
                () -> get("/watch?epoch=" + epoch + "&timeout=60").extract().path("epoch"));
        ok(Broker.register(1));
        assertThat(watcher).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo((int) epoch + 1);
        refused(get("/watch?epoch=x"), 400, "INVALID_REQUEST");
        refused(get("/watch?timeout=x"), 400, "INVALID_REQUEST");
    }

    @Test
    void replaces_the_metadata_by_a_dump_that_is_not_older() {
        ok(put("/epoch/" + (Broker.epoch() + 10)));
        refused(put("/metadata", Golden.read("dump.json").toString()), 409, "EPOCH_SMALLER_THAN_CURRENT");
        Map<String, Object> changed =
                new HashMap<>(get("/metadata").extract().jsonPath().getMap("$"));
        ok(put("/metadata", changed));
        changed.put("enable_ordered_proxy", true);
        refused(put("/metadata", changed), 409, "EPOCH_CONFLICT").body("message", containsString("global_epoch"));
        get("/metadata").body("enable_ordered_proxy", equalTo(false));
        changed.put("version", "mem-broker-0.1");
        refused(put("/metadata", changed), 409, "INVALID_META_VERSION");
        changed.put("version", "mem-broker-0.2");
        changed.remove("failures");
        refused(put("/metadata", changed), 400, "INVALID_REQUEST").body("message", containsString("failures"));
    }

    @Test
    void scales_when_the_proxies_know_their_cluster() {
        AtomicLong epoch = new AtomicLong();
        try (FakeProxy a = new FakeProxy(epoch::get);
                FakeProxy b = new FakeProxy(epoch::get);
                FakeProxy c = new FakeProxy(epoch::get);
                FakeProxy d = new FakeProxy(epoch::get)) {
            List.of(a, b, c, d).forEach(proxy -> register(proxy.address()));
            Broker.create("demo", 4);
            refused(post("/clusters/migrations/auto/demo/8"), 500, "PROXY_NOT_SYNC");
            get("/clusters/info/demo").body("node_number", equalTo(8)).body("node_number_with_slots", equalTo(4));
            epoch.set(Broker.epoch() + 1000);
            ok(post("/clusters/migrations/auto/demo/8"));
            get("/clusters/info/demo").body("is_migrating", equalTo(true));
            refused(post("/clusters/migrations/auto/demo/six"), 400, "INVALID_REQUEST");
        }
    }

    @Test
    void changes_the_list_of_replicas() {
        ok(put("/config", Map.of("replica_addresses", List.of("127.0.0.1:7800"))));
        get("/config").body("replica_addresses", contains("127.0.0.1:7800"));
        refused(put("/config", Map.of("replica_addresses", List.of("nowhere"))), 400, "INVALID_REQUEST");
        refused(put("/config", Map.of()), 400, "INVALID_REQUEST").body("message", containsString("replica_addresses"));
        ok(put("/config", Map.of("replica_addresses", List.of())));
        get("/config").body("replica_addresses", hasSize(0));
    }

    private static void register(String address) {
        String port = address.substring(address.indexOf(':') + 1);
        ok(post(
                "/proxies/meta",
                Map.of(
                        "proxy_address",
                        address,
                        "nodes",
                        List.of("host-" + port + ":1", "host-" + port + ":2"),
                        "host",
                        "host-" + port)));
    }
}
