package io.undermoon.proxy.session;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.ScriptedRedis;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.SlotRanges;
import io.undermoon.testsupport.FreePort;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replies in RESP3 through proxies are those of Redis itself. */
class RespThreeIT {
    private static final RespValue OK = new RespValue.Simple("OK");
    private static final String FUNCTION =
            "#!lua name=lib\nredis.register_function('f', function(keys, args) return {double=1.5} end)";

    /** Commands on keys of one slot, in this order. */
    private static final List<List<String>> COMMANDS = List.of(
            List.of("SET", "{t}s", "ohmytext"),
            List.of("SET", "{t}s2", "mynewtext"),
            List.of("GET", "{t}s"),
            List.of("GET", "{t}none"),
            List.of("MGET", "{t}s", "{t}none"),
            List.of("SET", "{t}s", "x", "GET", "XX"),
            List.of("GETDEL", "{t}none"),
            List.of("HSET", "{t}h", "a", "1", "b", "2"),
            List.of("HGETALL", "{t}h"),
            List.of("HRANDFIELD", "{t}h", "2", "WITHVALUES"),
            List.of("HMGET", "{t}h", "a", "none"),
            List.of("SADD", "{t}set", "1", "2", "3"),
            List.of("SMEMBERS", "{t}set"),
            List.of("SMISMEMBER", "{t}set", "1", "x"),
            List.of("SPOP", "{t}none"),
            List.of("ZADD", "{t}z", "1.5", "a", "3", "b", "inf", "c"),
            List.of("ZADD", "{t}z", "INCR", "0.25", "a"),
            List.of("ZADD", "{t}z", "NX", "INCR", "0.25", "a"),
            List.of("ZSCORE", "{t}z", "a"),
            List.of("ZSCORE", "{t}z", "none"),
            List.of("ZMSCORE", "{t}z", "a", "none", "c"),
            List.of("ZINCRBY", "{t}z", "2", "b"),
            List.of("ZRANGE", "{t}z", "0", "-1"),
            List.of("ZRANGE", "{t}z", "0", "-1", "WITHSCORES"),
            List.of("ZRANDMEMBER", "{t}none", "2", "WITHSCORES"),
            List.of("ZPOPMIN", "{t}z"),
            List.of("BZPOPMIN", "{t}z", "1"),
            List.of("BZPOPMIN", "{t}none", "0.01"),
            List.of("ZRANK", "{t}z", "none"),
            List.of("INCRBYFLOAT", "{t}f", "1.5"),
            List.of("HINCRBYFLOAT", "{t}h", "c", "2.5"),
            List.of("GEOADD", "{t}g", "13.361389", "38.115556", "Palermo"),
            List.of("GEOPOS", "{t}g", "Palermo", "none"),
            List.of("GEODIST", "{t}g", "Palermo", "none"),
            List.of("XADD", "{t}x", "1-1", "f", "v"),
            List.of("XREAD", "STREAMS", "{t}x", "0"),
            List.of("XREAD", "STREAMS", "{t}x", "1-1"),
            List.of("XREAD", "BLOCK", "10", "STREAMS", "{t}x", "0"),
            List.of("XRANGE", "{t}x", "-", "+"),
            List.of("XGROUP", "CREATE", "{t}x", "g", "0"),
            List.of("XREADGROUP", "GROUP", "g", "me", "STREAMS", "{t}x", ">"),
            List.of("XPENDING", "{t}x", "g"),
            List.of("XINFO", "STREAM", "{t}x"),
            List.of("XINFO", "GROUPS", "{t}x"),
            List.of("LPOP", "{t}none"),
            List.of("BLPOP", "{t}none", "0.01"),
            List.of("LCS", "{t}s2", "{t}s", "IDX"),
            List.of("OBJECT", "ENCODING", "{t}none"),
            List.of("MEMORY", "USAGE", "{t}none"),
            List.of("EVAL", "redis.setresp(3); return redis.call('HGETALL', KEYS[1])", "1", "{t}h"),
            List.of("EVAL", "redis.setresp(3); return redis.call('ZSCORE', KEYS[1], 'c')", "1", "{t}z"),
            List.of("EVAL", "return {1, false, {map={a=1}}}", "0"),
            List.of("EVAL", "redis.setresp(3); return {set={a=true}}", "1", "{t}s"),
            List.of("EVAL", "return {big_number='123456789012345678901234567890'}", "1", "{t}s"),
            List.of("EVAL", "return {verbatim_string={format='mkd', string='*x*'}}", "1", "{t}s"),
            List.of("EVAL", "return true", "1", "{t}s"),
            List.of("FUNCTION", "LOAD", "REPLACE", FUNCTION),
            List.of("FUNCTION", "LIST"),
            List.of("FCALL", "f", "1", "{t}s"),
            List.of("SCRIPT", "EXISTS", "0000000000000000000000000000000000000000"),
            List.of("DEBUG_NO_SUCH"),
            List.of("LPUSH", "{t}s", "x"),
            List.of("MULTI"),
            List.of("HGETALL", "{t}h"),
            List.of("ZSCORE", "{t}z", "c"),
            List.of("GET", "{t}none"),
            List.of("EXEC"),
            List.of("MULTI"),
            List.of("EXEC"),
            List.of("EXEC"),
            List.of("MULTI"),
            List.of("NO_SUCH"),
            List.of("EXEC"),
            List.of("WATCH", "{t}s"),
            List.of("SET", "{t}s", "changed"),
            List.of("MULTI"),
            List.of("GET", "{t}s"),
            List.of("EXEC"),
            List.of("UNWATCH"),
            List.of("CLIENT", "GETNAME"),
            List.of("CLIENT", "TRACKINGINFO"),
            List.of("CLIENT", "GETREDIR"),
            List.of("PUBSUB", "NUMSUB", "a"),
            List.of("PUBSUB", "CHANNELS"),
            List.of("CONFIG", "GET", "nosuch"),
            List.of("DBSIZE"),
            List.of("RESET"),
            List.of("HGETALL", "{t}h"));

    private static RedisServerProcess reference;

    /** What the proxy answers itself is in the words of this version. */
    private static RedisServerProcess referenceVersion70;

    @BeforeAll
    static void start() {
        reference = RedisServerProcess.start();
        referenceVersion70 = RedisServerProcess.startVersion70();
    }

    @AfterAll
    static void stop() {
        reference.close();
        referenceVersion70.close();
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void replies_are_those_of_redis_byte_for_byte(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection admin = reference.connect();
                RespConnection admin70 = referenceVersion70.connect()) {
            assertThat(admin.call("FLUSHALL")).isEqualTo(OK);
            assertThat(admin70.call("FLUSHALL")).isEqualTo(OK);
            for (int proxy = 0; proxy < cluster.proxies.size(); proxy++) {
                try (RespConnection client =
                                RespConnection.to(cluster.proxies.get(proxy).port());
                        RespConnection direct = reference.connect();
                        RespConnection direct70 = referenceVersion70.connect()) {
                    client.inRespThree();
                    direct.inRespThree();
                    direct70.inRespThree();
                    client.call("FLUSHALL");
                    direct.call("FLUSHALL");
                    direct70.call("FLUSHALL");
                    for (List<String> command : COMMANDS) {
                        String[] words = command.toArray(String[]::new);
                        assertThat(client.callForBytes(words))
                                .as("%s", command)
                                .isIn(direct.callForBytes(words), direct70.callForBytes(words));
                    }
                }
            }
        }
    }

    @Test
    void replies_that_the_proxy_puts_together_are_of_resp3() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection client = cluster.connect().inRespThree()) {
            assertThat(client.call("RANDOMKEY")).isEqualTo(RespValue.Null.RESP3);
            assertThat(client.call("MSET", "a", "1", "b", "2", "c", "3")).isEqualTo(OK);
            assertThat(client.call("MGET", "a", "none", "b", "c", "none2"))
                    .isEqualTo(new RespValue.Array(List.of(
                            new RespValue.Bulk("1"),
                            RespValue.Null.RESP3,
                            new RespValue.Bulk("2"),
                            new RespValue.Bulk("3"),
                            RespValue.Null.RESP3)));
            assertThat(client.call("DBSIZE")).isEqualTo(new RespValue.Int(3));
            assertThat(((RespValue.Array) client.call("KEYS", "*")).items()).hasSize(3);
            assertThat(client.call("RANDOMKEY")).isInstanceOf(RespValue.Bulk.class);
            assertThat(client.call("DEL", "a", "b", "c")).isEqualTo(new RespValue.Int(3));
        }
    }

    @Test
    void a_switch_in_a_pipeline_takes_effect_in_order() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection client = cluster.connect()) {
            ByteBuf pipeline = Unpooled.buffer();
            int rounds = 50;
            for (int i = 0; i < rounds; i++) {
                for (String key : List.of("a", "b")) {
                    RespWriter.command(pipeline, List.of("HSET", key, "f", "2-" + i));
                    RespWriter.command(pipeline, List.of("HGETALL", key));
                }
                RespWriter.command(pipeline, List.of("HELLO", "3"));
                for (String key : List.of("a", "b")) {
                    RespWriter.command(pipeline, List.of("HGETALL", key));
                    RespWriter.command(pipeline, List.of("HSET", key, "f", "3-" + i));
                    RespWriter.command(pipeline, List.of("HGETALL", key));
                }
                RespWriter.command(pipeline, i % 2 == 0 ? List.of("HELLO", "2") : List.of("RESET"));
                RespWriter.command(pipeline, List.of("HGETALL", "a"));
            }
            client.sendBytes(pipeline);
            for (int i = 0; i < rounds; i++) {
                for (int key = 0; key < 2; key++) {
                    client.receive();
                    assertThat(client.receive()).isEqualTo(array("f", "2-" + i));
                }
                assertThat(client.receive()).isInstanceOf(RespValue.Dictionary.class);
                for (int key = 0; key < 2; key++) {
                    assertThat(client.receive()).isEqualTo(map("f", "2-" + i));
                    client.receive();
                    assertThat(client.receive()).isEqualTo(map("f", "3-" + i));
                }
                client.receive();
                assertThat(client.receive()).isEqualTo(array("f", "3-" + i));
            }
        }
    }

    @Test
    void what_is_watched_stays_watched_over_a_switch() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection client = cluster.connect();
                RespConnection other = cluster.connect()) {
            for (String key : List.of("a", "b")) {
                for (boolean change : List.of(false, true)) {
                    client.call("HSET", key, "f", "v");
                    client.call("WATCH", key);
                    client.inRespThree();
                    assertThat(client.call("HGETALL", key)).isEqualTo(map("f", "v"));
                    if (change) {
                        other.call("HSET", key, "f", "w");
                    }
                    client.call("MULTI");
                    client.call("HGETALL", key);
                    assertThat(client.call("EXEC"))
                            .isEqualTo(change ? RespValue.Null.RESP3 : new RespValue.Array(List.of(map("f", "v"))));
                    assertThat(text(client.call("RESET"))).isEqualTo("RESET");
                }
            }
        }
    }

    @Test
    void who_has_a_node_without_resp3_is_told_to_stay() {
        try (ScriptedRedis old = new ScriptedRedis(command -> command.get(0).equals("GET")
                        ? new RespValue.Bulk("old")
                        : new RespValue.Failure(
                                "ERR unknown command `" + command.get(0) + "`, with args beginning with: "));
                ProxyHarness proxy = ProxyHarness.start(1, TwoMasters.active());
                ProxyHarness peer = ProxyHarness.start(1, TwoMasters.active());
                RespConnection client = RespConnection.to(proxy.port());
                RespConnection atPeer = RespConnection.to(peer.port())) {
            int port = Integer.parseInt(old.address().substring(old.address().indexOf(':') + 1));
            proxy.serveAllFrom(port);
            peer.serve(Map.of(), Map.of(proxy.address(), SlotRanges.ALL));
            for (RespConnection connection : List.of(client, client, atPeer, atPeer)) {
                connection.send("GET", "k");
                connection.send("HELLO", "3");
                connection.send("GET", "k");
                assertThat(text(connection.receive())).isEqualTo("old");
                assertThat(text(connection.receive())).isEqualTo("NOPROTO unsupported protocol version");
                assertThat(text(connection.receive())).isEqualTo("old");
            }
        }
    }

    @Test
    void a_node_or_peer_that_is_away_keeps_nobody_from_resp3() {
        try (ProxyHarness proxy = ProxyHarness.start(1, TwoMasters.active());
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serve(
                    Map.of(FreePort.any(), TwoMasters.LOW),
                    Map.of(new ProxyAddress("127.0.0.1:" + FreePort.any()), TwoMasters.HIGH));
            client.inRespThree();
            assertThat(text(client.call("GET", "a"))).startsWith("CLUSTERDOWN ");
            assertThat(text(client.call("GET", "b"))).startsWith("CLUSTERDOWN ");
            proxy.serveAllFrom(reference.port());
            await().atMost(30, TimeUnit.SECONDS).until(() -> client.call("GET", "none") == RespValue.Null.RESP3);
        }
    }

    @Test
    void resp3_is_asked_for_before_the_first_command_and_not_again() {
        try (ScriptedRedis redis = new ScriptedRedis(command -> switch (command.get(0)) {
                    case "HELLO" -> new RespValue.Dictionary(List.of());
                    case "GET" -> RespValue.Null.RESP3;
                    default -> OK;
                });
                ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(
                    Integer.parseInt(redis.address().substring(redis.address().indexOf(':') + 1)));
            client.inRespThree();
            assertThat(client.call("GET", "k")).isEqualTo(RespValue.Null.RESP3);
            assertThat(redis.received())
                    .extracting(command -> command.get(0))
                    .containsSubsequence("HELLO", "GET")
                    .containsOnlyOnce("HELLO", "GET");
        }
    }

    private static RespValue array(String field, String value) {
        return new RespValue.Array(List.of(new RespValue.Bulk(field), new RespValue.Bulk(value)));
    }

    private static RespValue map(String field, String value) {
        return new RespValue.Dictionary(List.of(Map.entry(new RespValue.Bulk(field), new RespValue.Bulk(value))));
    }
}
