package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.put;
import static io.undermoon.broker.rest.Broker.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.undermoon.broker.testing.FakeProxy;
import io.undermoon.client.Installation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Backups of the metadata, and the log of its changes. */
@QuarkusTest
class BackupApiTest {
    @BeforeEach
    void reset() {
        Broker.reset(false);
    }

    @Test
    void restores_a_backup_above_the_epochs_of_all() {
        AtomicLong epoch = new AtomicLong(Broker.epoch());
        try (FakeProxy first = new FakeProxy(epoch::get);
                FakeProxy second = new FakeProxy(epoch::get)) {
            register(first.address());
            register(second.address());
            Map<String, Object> backup = backup();
            Broker.create("demo", 4);
            epoch.set(Broker.epoch() + 100);

            long before = Broker.epoch();
            post("/restore?dry_run=true", backup)
                    .statusCode(200)
                    .body("epoch", equalTo((int) epoch.get() + 2))
                    .body("conflicts", empty())
                    .body("unanswered", empty());
            assertThat(Broker.epoch()).isEqualTo(before);
            get("/clusters/names").body("names", contains("demo"));

            post("/restore", backup).statusCode(200).body("epoch", equalTo((int) epoch.get() + 2));
            assertThat(Broker.epoch()).isEqualTo(epoch.get() + 2);
            get("/clusters/names").body("names", empty());
            get("/proxies/addresses").body("addresses", hasSize(2));
        }
    }

    @Test
    void refuses_a_backup_that_is_damaged_or_of_another_installation() {
        Map<String, Object> backup = backup();
        Map<String, Object> metadata = new HashMap<>(metadata(backup));
        metadata.put("global_epoch", 4711);
        refused(post("/restore", with(backup, "metadata", metadata)), 400, "INVALID_REQUEST")
                .body("message", containsString("checksum"));
        refused(post("/restore", with(backup, "format", 2)), 409, "INVALID_META_VERSION");
        refused(post("/restore", Map.of()), 400, "INVALID_REQUEST");

        ok(Broker.register(1));
        Map<String, Object> foreign = new HashMap<>(metadata(backup()));
        foreign.put("installation_id", "ffff");
        foreign.put("global_epoch", Broker.epoch() + 10);
        refused(put("/metadata", foreign), 409, "OTHER_INSTALLATION").body("message", containsString("ffff"));
    }

    @Test
    void refuses_a_proxy_whose_nodes_belong_to_another_installation() {
        Map<String, Object> registration = new HashMap<>(Broker.registration(1));
        registration.put("marks_nodes", true);
        registration.put("installation_id", "ffff");
        refused(post("/proxies/meta", registration), 409, "OTHER_INSTALLATION")
                .body("message", containsString("FLUSHALL"));
        registration.put("installation_id", null);
        ok(post("/proxies/meta", registration));
        get("/proxies/meta/" + Broker.proxy(1)).body("proxy.tenancy.installation_id", notNullValue());
    }

    @Test
    void refuses_services_of_another_installation() {
        Map<String, Object> registration = new HashMap<>(Broker.registration(1));
        registration.put("marks_nodes", true);
        ok(post("/proxies/meta", registration));
        String own = get("/epoch").extract().header(Installation.HEADER);
        assertThat(own).isEqualTo(metadata(backup()).get("installation_id"));
        for (String installation : List.of(own, "ffff")) {
            boolean isOurs = installation.equals(own);
            RestAssured.given()
                    .header(Installation.HEADER, installation)
                    .contentType("application/json")
                    .post("/api/v3/failures/" + Broker.proxy(1) + "/reporter")
                    .then()
                    .statusCode(isOurs ? 200 : 409)
                    .body(isOurs ? equalTo("") : containsString("to installation " + own + ", the caller to ffff"));
        }
    }

    /** One that was started again without its metadata, and has got an id of its own. */
    @Test
    void an_empty_broker_of_another_installation_asks_the_proxies_of_a_backup() {
        AtomicLong epoch = new AtomicLong(Broker.epoch());
        try (FakeProxy proxy = new FakeProxy(epoch::get)) {
            register(proxy.address());
            ok(Broker.register(1));
            Map<String, Object> backup = backup();
            proxy.belongTo(String.valueOf(metadata(backup).get("installation_id")));
            Broker.reset(false);
            Map<String, Object> empty = new HashMap<>(metadata(backup()));
            empty.put("installation_id", "ffff");
            empty.put("global_epoch", Broker.epoch() + 1);
            ok(put("/metadata", empty));

            post("/restore?dry_run=true", backup).statusCode(200).body("unanswered", contains(Broker.proxy(1)));
        }
    }

    @Test
    void tells_who_changed_what_and_not_who_changed_nothing() {
        ok(Broker.register(1));
        long epoch = Broker.epoch();
        get("/audit?limit=1")
                .body("entries", hasSize(1))
                .body("entries[0].what", equalTo("POST /api/v3/proxies/meta"))
                .body("entries[0].who", equalTo("127.0.0.1"))
                .body("entries[0].epoch_before", equalTo((int) epoch - 1))
                .body("entries[0].epoch_after", equalTo((int) epoch));

        int size = get("/audit").extract().jsonPath().getList("entries").size();
        refused(Broker.register(1), 409, "ALREADY_EXISTED");
        ok(post("/failures/" + Broker.proxy(1) + "/somebody"));
        get("/audit").body("entries", hasSize(size));
    }

    private static Map<String, Object> backup() {
        return get("/backup").statusCode(200).extract().jsonPath().getMap("$");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> metadata(Map<String, Object> backup) {
        return (Map<String, Object>) backup.get("metadata");
    }

    private static Map<String, Object> with(Map<String, Object> backup, String member, Object value) {
        Map<String, Object> changed = new HashMap<>(backup);
        changed.put(member, value);
        return changed;
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
