package io.undermoon.proxy.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.Replies;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.resp.RespValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CompressionIT extends OpensResources {
    private static final RespValue OK = new RespValue.Simple("OK");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String LONG = "0123456789abcdef".repeat(40);
    private static final String REFUSED = "ERR unsupported string command when compression is enabled";

    /** Waits until the proxy compresses what is written. */
    private static void awaitCompression(RespConnection proxy, RespConnection redis, String key) {
        await().atMost(LIMIT).until(() -> {
            proxy.call("SET", key, LONG);
            return length(redis, key) < LONG.length();
        });
    }

    private static long length(RespConnection redis, String key) {
        return Long.parseLong(Replies.text(redis.call("STRLEN", key)));
    }

    private static RespValue bulk(String text) {
        return new RespValue.Bulk(text);
    }

    @Test
    void every_command_that_reads_gives_what_one_that_writes_took() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.start());
        proxy.serveAllFrom(redis.port());
        proxy.configure("compression_strategy", "set_get_only");
        RespConnection client = opened(RespConnection.to(proxy.port()));
        RespConnection direct = opened(redis.connect());
        awaitCompression(client, direct, "a");

        assertThat(client.call("GET", "a")).isEqualTo(bulk(LONG));
        assertThat(client.call("SET", "a", LONG + "2", "GET")).isEqualTo(bulk(LONG));
        assertThat(client.call("GETSET", "a", LONG + "3")).isEqualTo(bulk(LONG + "2"));
        assertThat(client.call("GETEX", "a", "PERSIST")).isEqualTo(bulk(LONG + "3"));
        assertThat(client.call("SETEX", "{a}b", "100", LONG)).isEqualTo(OK);
        assertThat(client.call("PSETEX", "{a}c", "100000", LONG)).isEqualTo(OK);
        assertThat(client.call("SETNX", "{a}d", LONG)).isEqualTo(new RespValue.Int(1));
        assertThat(client.call("MSET", "{a}e", LONG, "{a}f", "short")).isEqualTo(OK);
        assertThat(client.call("MSETNX", "{a}g", LONG, "{a}h", "12")).isEqualTo(new RespValue.Int(1));
        for (String key : List.of("a", "{a}b", "{a}c", "{a}d", "{a}e", "{a}g")) {
            assertThat(length(direct, key)).as(key).isLessThan(LONG.length());
        }
        assertThat(client.call("MGET", "{a}b", "{a}f", "{a}none", "{a}g").toString())
                .isEqualTo(new RespValue.Array(List.of(bulk(LONG), bulk("short"), RespValue.Null.BULK, bulk(LONG)))
                        .toString());
        assertThat(client.call("INCR", "{a}h")).isEqualTo(new RespValue.Int(13));
        assertThat(client.call("GETDEL", "{a}g")).isEqualTo(bulk(LONG));
        assertThat(client.call("PFADD", "{a}hll", "x", "y")).isEqualTo(new RespValue.Int(1));
        RespConnection script = opened(RespConnection.to(proxy.port()));
        assertThat(script.call("EVAL", "return redis.call('strlen', KEYS[1])", "1", "a"))
                .isEqualTo(direct.call("STRLEN", "a"));
    }

    @Test
    void a_transaction_that_cannot_be_sent_leaves_no_watched_keys_to_the_next_client() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.start());
        proxy.serveAllFrom(redis.port());
        RespConnection direct = opened(redis.connect());
        RespConnection client = opened(RespConnection.to(proxy.port()));
        client.call("WATCH", "k");
        client.call("MULTI");
        client.call("APPEND", "k", "v");
        proxy.configure("compression_strategy", "set_get_only");
        assertThat(Replies.text(client.call("EXEC"))).startsWith("EXECABORT Transaction discarded because values are");

        RespConnection next = opened(RespConnection.to(proxy.port()));
        next.call("WATCH", "other");
        direct.call("SET", "k", "changed");
        next.call("MULTI");
        next.call("SET", "other", "1");
        assertThat(next.call("EXEC")).isEqualTo(new RespValue.Array(List.of(OK)));
    }

    @Test
    void refuses_what_would_see_compressed_bytes_unless_all_is_allowed() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.start());
        proxy.serveAllFrom(redis.port());
        proxy.configure("compression_strategy", "set_get_only");
        RespConnection client = opened(RespConnection.to(proxy.port()));
        assertThat(Replies.text(client.call("APPEND", "k", "v"))).isEqualTo(REFUSED);
        assertThat(Replies.text(client.call("STRLEN", "k"))).isEqualTo(REFUSED);
        assertThat(client.call("MULTI")).isEqualTo(OK);
        assertThat(Replies.text(client.call("GETRANGE", "k", "0", "1"))).isEqualTo(REFUSED);
        assertThat(Replies.text(client.call("EXEC"))).startsWith("EXECABORT");
        assertThat(client.call("GET", "k")).isEqualTo(RespValue.Null.BULK);

        proxy.configure("compression_strategy", "allow_all");
        assertThat(client.call("APPEND", "k", "v")).isEqualTo(new RespValue.Int(1));
        proxy.configure("compression_strategy", "disabled");
        assertThat(client.call("STRLEN", "k")).isEqualTo(new RespValue.Int(1));
    }

    @Test
    void transactions_watched_or_not_read_and_write_plain_values() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.start());
        proxy.serveAllFrom(redis.port());
        proxy.configure("compression_strategy", "allow_all");
        RespConnection client = opened(RespConnection.to(proxy.port()));
        RespConnection direct = opened(redis.connect());
        awaitCompression(client, direct, "{t}a");
        for (boolean watched : new boolean[] {false, true}) {
            if (watched) {
                assertThat(client.call("WATCH", "{t}a")).isEqualTo(OK);
                assertThat(client.call("GET", "{t}a")).isEqualTo(bulk(LONG));
            }
            assertThat(client.call("MULTI")).isEqualTo(OK);
            for (String[] command : new String[][] {
                {"SET", "{t}b", LONG},
                {"GET", "{t}b"},
                {"DUMP", "{t}none"},
                {"MGET", "{t}a", "{t}b"},
                {"STRLEN", "{t}b"}
            }) {
                assertThat(Replies.text(client.call(command))).isEqualTo("QUEUED");
            }
            assertThat(client.call("EXEC"))
                    .isEqualTo(new RespValue.Array(List.of(
                            OK,
                            bulk(LONG),
                            RespValue.Null.BULK,
                            new RespValue.Array(List.of(bulk(LONG), bulk(LONG))),
                            new RespValue.Int(length(direct, "{t}b")))));
            assertThat(length(direct, "{t}b")).isLessThan(LONG.length());
        }
    }

    @Test
    void with_active_redirection_only_the_owner_compresses() {
        TwoMasters masters = opened(new TwoMasters(TwoMasters.Layout.TWO_PROXIES));
        masters.proxies.forEach(proxy -> proxy.configure("compression_strategy", "set_get_only"));
        RespConnection client = opened(masters.connect());
        RespConnection high = opened(masters.high.connect());
        RespConnection low = opened(masters.low.connect());
        awaitCompression(client, high, "foo");
        awaitCompression(client, low, "b");

        RespConnection owner = opened(RespConnection.to(masters.proxies.get(1).port()));
        assertThat(client.call("GET", "foo")).isEqualTo(bulk(LONG));
        assertThat(owner.call("GET", "foo")).isEqualTo(bulk(LONG));
        assertThat(client.call("MSET", "a", LONG, "b", LONG, "c", "short")).isEqualTo(OK);
        assertThat(client.call("MGET", "c", "a", "b"))
                .isEqualTo(new RespValue.Array(List.of(bulk("short"), bulk(LONG), bulk(LONG))));
        assertThat(client.call("MULTI")).isEqualTo(OK);
        client.call("SET", "foo", LONG + "4");
        client.call("GET", "foo");
        assertThat(client.call("EXEC")).isEqualTo(new RespValue.Array(List.of(OK, bulk(LONG + "4"))));
        assertThat(length(high, "foo")).isLessThan(LONG.length());
    }

    @Test
    void values_stay_what_they_are_while_compression_is_switched_on_and_off_under_load() throws Exception {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.start(2, settings -> settings));
        proxy.serveAllFrom(redis.port());
        long seed = new SplittableRandom().nextLong();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService clients = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String prefix = "{" + i + "}";
                SplittableRandom random = new SplittableRandom(seed + i);
                runs.add(clients.submit(() -> play(proxy.port(), prefix, random, done)));
            }
            RespConnection direct = opened(redis.connect());
            RespConnection client = opened(RespConnection.to(proxy.port()));
            proxy.configure("compression_strategy", "set_get_only");
            awaitCompression(client, direct, "probe");
            for (String strategy : List.of("disabled", "allow_all", "disabled", "set_get_only", "decompress_only")) {
                proxy.configure("compression_strategy", strategy);
                boolean compresses = !strategy.equals("disabled") && !strategy.equals("decompress_only");
                await().atMost(LIMIT).until(() -> {
                    client.call("SET", "probe", LONG);
                    return length(direct, "probe") < LONG.length() == compresses;
                });
            }
            done.set(true);
            for (Future<?> run : runs) {
                run.get();
            }
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        } finally {
            done.set(true);
            clients.shutdownNow();
        }
    }

    /** Writes and reads at random, and holds every reply to a map. */
    private static void play(int port, String prefix, SplittableRandom random, AtomicBoolean done) {
        Map<String, String> model = new HashMap<>();
        try (RespConnection client = RespConnection.to(port)) {
            while (!done.get()) {
                String key = prefix + random.nextInt(20);
                String other = prefix + random.nextInt(20);
                String value = value(random);
                switch (random.nextInt(7)) {
                    case 0 -> {
                        assertThat(client.call("SET", key, value)).isEqualTo(OK);
                        model.put(key, value);
                    }
                    case 1 -> assertThat(client.call("GETSET", key, value)).isEqualTo(present(model.put(key, value)));
                    case 2 -> assertThat(client.call("GETDEL", key)).isEqualTo(present(model.remove(key)));
                    case 3 -> {
                        assertThat(client.call("MSET", key, value, other, value))
                                .isEqualTo(OK);
                        model.put(key, value);
                        model.put(other, value);
                    }
                    case 4 ->
                        assertThat(client.call("MGET", key, other))
                                .isEqualTo(new RespValue.Array(
                                        List.of(present(model.get(key)), present(model.get(other)))));
                    case 5 -> {
                        client.send("MULTI");
                        client.send("SET", key, value);
                        client.send("GET", other);
                        client.send("EXEC");
                        client.receive();
                        client.receive();
                        client.receive();
                        model.put(key, value);
                        assertThat(client.receive())
                                .isEqualTo(new RespValue.Array(List.of(OK, present(model.get(other)))));
                    }
                    default -> assertThat(client.call("GET", key)).isEqualTo(present(model.get(key)));
                }
            }
        }
    }

    private static String value(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> Long.toString(random.nextLong());
            case 1 -> LONG.repeat(1 + random.nextInt(200));
            case 2 -> LONG.substring(random.nextInt(LONG.length()));
            default -> "x".repeat(random.nextInt(100));
        };
    }

    private static RespValue present(String value) {
        return value == null ? RespValue.Null.BULK : bulk(value);
    }

    @Test
    void large_values_pass_whichever_form_they_have() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.start());
        proxy.serveAllFrom(redis.port());
        proxy.configure("compression_strategy", "set_get_only");
        RespConnection client = opened(RespConnection.to(proxy.port()));
        RespConnection direct = opened(redis.connect());
        awaitCompression(client, direct, "k");
        for (int size : new int[] {500_000, 9_000_000}) {
            String value = "ab".repeat(size / 2);
            assertThat(client.call("SET", "k", value)).isEqualTo(OK);
            assertThat(length(direct, "k") < size).isEqualTo(size < 8 << 20);
            assertThat(client.call("EVAL", "return #redis.call('get', KEYS[1])", "1", "k"))
                    .isEqualTo(new RespValue.Int(length(direct, "k")));
        }
        client.call("SET", "k", "ab".repeat(250_000));
        assertThat(client.call("GET", "k")).isEqualTo(bulk("ab".repeat(250_000)));
    }
}
