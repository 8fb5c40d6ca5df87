package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.undermoon.broker.testing.MutableClock;
import io.undermoon.broker.testing.RedisUsers;
import io.undermoon.slot.Slot;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys of a cluster by the API, of real servers with users in the place of proxies. */
@QuarkusTest
class KeyApiTest {
    private static final String PASSWORD = "password-of-the-writer";
    private static final String[] USERS = {
        "default off", "writer on >" + PASSWORD + " ~* +@all", "reader on nopass ~app:* +@read"
    };

    @Inject
    MutableClock clock;

    private static RedisUsers one;
    private static RedisUsers two;

    @BeforeAll
    static void start() {
        one = new RedisUsers(USERS);
        two = new RedisUsers(USERS);
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
    }

    @BeforeEach
    void cluster() {
        Broker.reset(false);
        int host = 0;
        for (RedisUsers server : List.of(one, two)) {
            server.run("AUTH writer " + PASSWORD, "FLUSHALL");
            host++;
            ok(post(
                    "/proxies/meta",
                    Map.of(
                            "proxy_address",
                            server.address(),
                            "nodes",
                            List.of("10.0.0." + host + ":7001", "10.0.0." + host + ":7002"),
                            "host",
                            "host" + host)));
        }
        Broker.create("demo", 4);
    }

    private static ValidatableResponse call(String what, Map<String, Object> more) {
        return as("writer", PASSWORD, what, more);
    }

    private static ValidatableResponse as(String user, String password, String what, Map<String, Object> more) {
        Map<String, Object> body = new HashMap<>(more);
        body.put("user", user);
        body.put("password", password);
        return post("/clusters/keys/" + what + "/demo", body);
    }

    private static ValidatableResponse run(String line) {
        return call("command", Map.of("line", line));
    }

    @Test
    void lists_shows_and_changes_keys() {
        int number = IntStream.range(0, 100)
                .filter(i -> Slot.of("app:" + i) < Slot.COUNT / 2)
                .findFirst()
                .orElseThrow();
        String key = "app:" + number;
        run("SET " + key + " hello")
                .statusCode(200)
                .body("reply", equalTo("OK"))
                .body("truncated", equalTo(false));
        // These servers do not know where slots are, so it is at the one that was asked: whichever answered.
        String owner = get("/clusters/meta/demo").extract().path("cluster.nodes[0].proxy_address");
        for (RedisUsers server : List.of(one, two)) {
            server.run(
                    "AUTH writer " + PASSWORD,
                    server.address().equals(owner) ? "SET " + key + " hello" : "UNLINK " + key);
        }
        call("expire", Map.of("key", key, "ttl_ms", 90_000)).statusCode(200).body("changed", equalTo(true));
        call("scan", Map.of("pattern", "app:*"))
                .statusCode(200)
                .body("keys", hasSize(1))
                .body("keys[0].key", equalTo(key))
                .body("keys[0].type", equalTo("string"))
                .body("cursor", nullValue());
        call("look", Map.of("key", key))
                .statusCode(200)
                .body("type", equalTo("string"))
                .body("elements[0].value", equalTo("hello"))
                .body("problem", nullValue());
        call("expire", Map.of("key", key)).statusCode(200).body("changed", equalTo(true));
        call("delete", Map.of("key", key)).statusCode(200).body("changed", equalTo(true));
        call("delete", Map.of("key", key)).statusCode(200).body("changed", equalTo(false));
        call("look", Map.of("key", key)).statusCode(200).body("type", equalTo("none"));
    }

    @Test
    void obeys_the_rules_of_the_users_of_the_cluster() {
        run("SET other:1 hello").statusCode(200);
        refused(as("reader", "", "look", Map.of("key", "other:1")), 403, "CLUSTER_USER_REFUSED")
                .body("message", containsString("NOPERM"));
        refused(as("writer", "a guess", "scan", Map.of()), 403, "CLUSTER_USER_REFUSED")
                .body("message", containsString("WRONGPASS"));
        refused(post("/clusters/keys/scan/demo", Map.of()), 403, "CLUSTER_USER_REFUSED");
        refused(as("undermoon-control", "x", "command", Map.of("line", "GET a")), 403, "CLUSTER_USER_REFUSED");
        as("reader", "", "command", Map.of("line", "GET other:1"))
                .statusCode(200)
                .body("reply", containsString("(error) NOPERM"));
    }

    @Test
    void refuses_what_cannot_be() {
        refused(post("/clusters/keys/scan/nothing", Map.of()), 404, "CLUSTER_NOT_FOUND");
        refused(call("scan", Map.of("count", 0)), 400, "INVALID_REQUEST");
        refused(call("scan", Map.of("count", 1001)), 400, "INVALID_REQUEST");
        refused(call("scan", Map.of("cursor", "x")), 400, "INVALID_REQUEST");
        refused(call("look", Map.of()), 400, "INVALID_REQUEST").body("message", containsString("'key' is missing"));
        refused(call("expire", Map.of("key", "a", "ttl_ms", 0)), 400, "INVALID_REQUEST");
        refused(call("command", Map.of()), 400, "INVALID_REQUEST");
        refused(call("look", Map.of("key", List.of("a"))), 400, "INVALID_REQUEST");
        refused(run("SUBSCRIBE news"), 403, "COMMAND_NOT_TAKEN").body("message", containsString("redis-cli"));
        refused(run("GET \"a"), 403, "COMMAND_NOT_TAKEN");
        refused(post("/clusters/keys/scan/demo"), 400, "INVALID_REQUEST");
    }

    @Test
    void says_so_when_no_proxy_answers() {
        Broker.reset(false);
        for (int host : new int[] {1, 2}) {
            ok(post(
                    "/proxies/meta",
                    Map.of(
                            "proxy_address",
                            "127.0.0.1:" + host,
                            "nodes",
                            List.of("10.0.0." + host + ":7001", "10.0.0." + host + ":7002"),
                            "host",
                            "host" + host)));
        }
        Broker.create("demo", 4);
        refused(run("GET a"), 409, "NO_REPLY_OF_CLUSTER").body("message", containsString("127.0.0.1:"));
        get("/overview/clusters/demo/hot_keys")
                .statusCode(200)
                .body("problems", hasSize(2))
                .body("keys", hasSize(0));
        get("/overview/clusters/demo/hot_slots")
                .statusCode(200)
                .body("problems", hasSize(2))
                .body("counted", equalTo(false));
        Broker.put("/overview/clusters/demo/hot_slots?counted=true")
                .statusCode(200)
                .body("problems", hasSize(2));
        refused(get("/overview/clusters/nothing/hot_slots"), 404, "CLUSTER_NOT_FOUND");
        refused(get("/overview/clusters/nothing/hot_keys"), 404, "CLUSTER_NOT_FOUND");
        refused(Broker.put("/overview/clusters/demo/hot_slots?counted=x"), 400, "INVALID_REQUEST");
    }

    @Test
    void records_who_did_what_without_keys_values_and_passwords() {
        List<String> logged = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                Object[] parameters = entry.getParameters();
                logged.add(entry.getMessage() + " " + Arrays.toString(parameters) + " " + entry.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        // What other tests have read is long ago.
        clock.advance(Duration.ofMinutes(11));
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        try {
            run("SET secret-key secret-value").statusCode(200);
            for (int i = 0; i < 3; i++) {
                call("scan", Map.of("pattern", "secret-*")).statusCode(200);
                call("look", Map.of("key", "secret-key")).statusCode(200);
            }
            call("delete", Map.of("key", "secret-key")).statusCode(200);
            call("delete", Map.of("key", "secret-key")).statusCode(200);
            as("writer", "guess-of-a-password", "scan", Map.of()).statusCode(403);
            call("look", Map.of("key", List.of("secret-key"))).statusCode(400);
        } finally {
            root.removeHandler(handler);
        }
        List<String> what = get("/audit").extract().jsonPath().getList("entries.what");
        assertThat(what.subList(0, 5))
                .as("newest first; reads once, what changes something each time")
                .containsExactly(
                        "POST /api/v3/clusters/keys/delete/demo UNLINK as writer",
                        "POST /api/v3/clusters/keys/delete/demo UNLINK as writer",
                        "POST /api/v3/clusters/keys/look/demo read as writer",
                        "POST /api/v3/clusters/keys/scan/demo SCAN as writer",
                        "POST /api/v3/clusters/keys/command/demo SET as writer");
        assertThat(logged).anyMatch(line -> line.contains("clusters/keys/command/demo SET as writer"));
        assertThat(logged)
                .noneMatch(line -> line.contains(PASSWORD)
                        || line.contains("guess-of-a-password")
                        || line.contains("secret-key")
                        || line.contains("secret-value"));
    }

    @Test
    void says_whether_there_is_data_to_see() {
        get("/overview").body("caller.data_access", equalTo(true));
    }
}
