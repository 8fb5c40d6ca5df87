package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterName;
import io.undermoon.system.testing.LiveStack;
import io.undermoon.testsupport.Sha256;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisCluster;

/** What the console shows of data, through real proxies with users and control secret, from a broker with accounts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DataAccessIT {
    private static final String VIEWER = "token-of-the-viewer";
    private static final String OPERATOR = "token-of-the-operator";
    private static final String ADMIN = "token-of-the-admin";
    private static final String SECRET = "the-control-secret-0110";
    private static final String APP = "password-of-app-0110";
    private static final String REPORTS = "password-of-reports-0110";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int KEYS = 300;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private LiveStack stack;

    @BeforeAll
    void up() throws IOException, InterruptedException {
        Path accounts = Files.writeString(
                directory.resolve("accounts"),
                "vera viewer #%s%nolaf operator #%s%nada admin #%s%n"
                        .formatted(Sha256.of(VIEWER), Sha256.of(OPERATOR), Sha256.of(ADMIN)));
        Path users = Files.writeString(directory.resolve("users"), """
                user default on nopass -@all +ping
                user app on >%s ~* &* +@all
                user reports on >%s ~report:* +@read
                """.formatted(APP, REPORTS));
        stack = new LiveStack(
                Files.createDirectory(directory.resolve("stack")),
                new ClusterName("demo"),
                4,
                2,
                Map.of(
                        "UNDERMOON_ACCOUNTS_FILE",
                        accounts.toString(),
                        "UNDERMOON_BROKER_TOKEN",
                        OPERATOR,
                        "UNDERMOON_CONTROL_SECRET",
                        SECRET,
                        "UNDERMOON_USERS_FILE",
                        users.toString()));
        try (JedisCluster client = client()) {
            for (int i = 0; i < KEYS; i++) {
                client.set("key:" + i, "value");
            }
            client.set("report:1", "fine");
        }
    }

    @AfterAll
    void down() throws IOException, InterruptedException {
        if (stack == null) {
            return;
        }
        stack.down();
        try (Stream<Path> files = Files.walk(directory.resolve("stack"))) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                assertThat(Files.readString(log)).as(log.toString()).doesNotContain(SECRET, APP, REPORTS, "report:1");
            }
        }
    }

    private JedisCluster client() {
        return new JedisCluster(
                Set.of(new HostAndPort("127.0.0.1", stack.proxyPorts()[0])),
                DefaultJedisClientConfig.builder().user("app").password(APP).build());
    }

    @Test
    void shows_all_keys_once_and_the_values_of_those_that_the_user_may_read() throws IOException {
        Set<String> found = new HashSet<>();
        int shown = 0;
        Map<String, Object> page = new HashMap<>(Map.of("count", 100));
        do {
            JsonNode reply = keys(OPERATOR, "scan", "app", APP, page);
            for (JsonNode key : reply.path("keys")) {
                found.add(key.path("key").asText());
                assertThat(key.path("type").asText()).isEqualTo("string");
                shown++;
            }
            page.put("cursor", reply.path("cursor").asText(null));
        } while (page.get("cursor") != null);
        assertThat(found).hasSize(KEYS + 1).contains("key:0", "report:1");
        assertThat(shown).isEqualTo(KEYS + 1);
        JsonNode value = keys(OPERATOR, "look", "reports", REPORTS, Map.of("key", "report:1"));
        assertThat(value.at("/elements/0/value").asText()).isEqualTo("fine");
        assertThat(value.path("memory_bytes").asLong()).isPositive();
        assertThat(value.path("ttl_ms").isNull()).isTrue();
        for (int i = 0; i < 10; i++) {
            assertThat(keys(OPERATOR, "look", "app", APP, Map.of("key", "key:" + i))
                            .at("/elements/0/value")
                            .asText())
                    .isEqualTo("value");
        }
        assertThat(keys(OPERATOR, "look", "reports", REPORTS, Map.of("key", "key:1"))
                        .path("error")
                        .asText())
                .isEqualTo("CLUSTER_USER_REFUSED");
        assertThat(keys(OPERATOR, "look", null, null, Map.of("key", "key:1"))
                        .path("error")
                        .asText())
                .isEqualTo("CLUSTER_USER_REFUSED");
        assertThat(keys(OPERATOR, "look", "undermoon-control", SECRET, Map.of("key", "key:1"))
                        .path("error")
                        .asText())
                .isEqualTo("CLUSTER_USER_REFUSED");
    }

    @Test
    void changes_keys_and_runs_commands_of_those_who_may() throws IOException {
        Map<String, Object> key = Map.of("key", "gone:1");
        assertThat(run("SET gone:1 \"a\\x00b\"")).isEqualTo("OK");
        assertThat(run("GET gone:1")).isEqualTo("\"a\\x00b\"");
        assertThat(run("DBSIZE")).startsWith("(integer) ");
        assertThat(keys(OPERATOR, "expire", "app", APP, Map.of("key", "gone:1", "ttl_ms", 50_000))
                        .path("changed")
                        .asBoolean())
                .isTrue();
        assertThat(keys(OPERATOR, "look", "app", APP, key).path("ttl_ms").asLong())
                .isBetween(1000L, 50_000L);
        assertThat(keys(OPERATOR, "delete", "app", APP, key).path("changed").asBoolean())
                .isTrue();
        assertThat(run("EXISTS gone:1")).isEqualTo("(integer) 0");
        assertThat(keys(OPERATOR, "command", "app", APP, Map.of("line", "PING"))
                        .path("error")
                        .asText())
                .isEqualTo("FORBIDDEN");
        assertThat(keys(VIEWER, "scan", "app", APP, Map.of()).path("error").asText())
                .isEqualTo("FORBIDDEN");
        assertThat(call("GET", "/audit", VIEWER, null).toString())
                .contains("keys/command/demo SET as app", "keys/delete/demo UNLINK as app")
                .doesNotContain("gone:1");
    }

    @Test
    void shows_hot_keys_and_slots_while_clients_use_them() throws IOException, InterruptedException {
        String hot = "/overview/clusters/demo";
        AtomicBoolean isOver = new AtomicBoolean();
        Thread load = new Thread(() -> {
            try (JedisCluster client = client()) {
                for (int i = 0; !isOver.get(); i++) {
                    client.get(i % 4 == 0 ? "key:" + i % KEYS : "key:7");
                }
            }
        });
        load.start();
        try {
            assertThat(call("GET", hot + "/hot_keys", VIEWER, null)
                            .path("error")
                            .asText())
                    .isEqualTo("FORBIDDEN");
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(call("GET", hot + "/hot_keys", OPERATOR, null)
                                    .at("/keys/0/key")
                                    .asText())
                            .isEqualTo("key:7"));
            JsonNode key = call("GET", hot + "/hot_keys", OPERATOR, null).at("/keys/0");
            assertThat(key.path("ops_per_second").asDouble()).isPositive();
            assertThat(key.path("bytes_per_second").asDouble()).isPositive();
            JsonNode keysOnly = call("GET", hot + "/hot_slots", VIEWER, null);
            assertThat(keysOnly.path("counted").asBoolean()).isFalse();
            assertThat(keysOnly.at("/largest/0/keys").asInt()).isPositive();
            assertThat(call("PUT", hot + "/hot_slots?counted=true", OPERATOR, "")
                            .path("problems"))
                    .isEmpty();
            await().atMost(LIMIT).untilAsserted(() -> {
                JsonNode counted = call("GET", hot + "/hot_slots", VIEWER, null);
                assertThat(counted.at("/hottest/0/slot")).isEqualTo(key.path("slot"));
                assertThat(counted.at("/hottest/0/proxy")).isEqualTo(key.path("proxy"));
                assertThat(counted.at("/hottest/0/ops_per_second").asDouble()).isPositive();
            });
        } finally {
            isOver.set(true);
            load.join();
        }
    }

    private String run(String line) throws IOException {
        JsonNode reply = keys(ADMIN, "command", "app", APP, Map.of("line", line));
        assertThat(reply.has("reply")).as("%s: %s", line, reply).isTrue();
        return reply.path("reply").asText();
    }

    private JsonNode keys(String token, String what, String user, String password, Map<String, Object> more)
            throws IOException {
        Map<String, Object> body = new HashMap<>(more);
        body.put("user", user);
        body.put("password", password);
        return call(
                "POST", "/clusters/keys/" + what + "/demo", token, Json.mapper().writeValueAsString(body));
    }

    private JsonNode call(String method, String path, String token, String body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + stack.ports().broker() + "/api/v3" + path))
                .header("Authorization", "Bearer " + token)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null && !body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        try {
            HttpResponse<String> reply = HTTP.send(request.build(), BodyHandlers.ofString());
            return Json.mapper().readTree(reply.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
