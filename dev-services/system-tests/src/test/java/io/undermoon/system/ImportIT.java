package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.imports.destination.SlotTags;
import io.undermoon.dev.testing.Contents;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.dev.testing.MixedLoad;
import io.undermoon.dev.testing.RedisClusterProcesses;
import io.undermoon.dev.testing.RedisProcess;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.slot.Slot;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.LiveStack;
import io.undermoon.system.testing.RunningCommand;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.params.XReadGroupParams;

/** {@code undermoon import} between real servers and a system of real processes. */
@EnabledIfSystemProperty(named = "undermoon.import", matches = "true")
class ImportIT {
    private static final ClusterName CLUSTER = new ClusterName("imported");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int MUCH = 1000;
    private static final int LONGEST_HOLD_MILLIS = 200;
    private static final String PASSWORD = "se:cret/with@signs";
    private static final Pattern HELD = Pattern.compile("writers were held for (\\d+) ms");

    @TempDir
    private static Path directory;

    private static LiveStack stack;
    private static ClusterOperator operator;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        stack = new LiveStack(directory, CLUSTER, 4, 3, Map.of());
        operator = stack.operator();
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        stack.down();
    }

    @BeforeEach
    void empty() throws IOException {
        for (Node master : operator.masters()) {
            try (Jedis node = node(master)) {
                node.flushDB();
            }
        }
    }

    @Test
    void a_server_with_a_password_is_followed_through_whatever_happens_to_both_ends()
            throws IOException, InterruptedException {
        try (RedisProcess source =
                        RedisProcess.start(directory, "--requirepass", PASSWORD, "--repl-backlog-size", "64mb");
                Jedis observer = login(source)) {
            fill(observer);
            String from = "redis://:se%3Acret%2Fwith%40signs@127.0.0.1:" + source.port();
            try (MixedLoad load = new MixedLoad(login(source), 1, true).start()) {
                await().until(() -> load.commands() > MUCH);
                for (int i = 0; i < 2; i++) {
                    try (RunningCommand killed = run(from)) {
                        killed.awaitOutput("following")
                                .awaitOutput("; checkpoint 1;|; checkpoint 2;|continuing at checkpoint");
                        awaitMore(load);
                        killed.kill();
                    }
                }
                try (RunningCommand running = run(from)) {
                    running.awaitOutput("continuing at checkpoint").awaitOutput("following");
                    assertThat(observer.info("stats"))
                            .as("only the first process has taken a full copy")
                            .contains("sync_full:1");
                    cutLinks(observer);
                    awaitMore(load);
                    moveSlots();
                    awaitMore(load);
                    loseMaster();
                    awaitMore(load);
                    LauncherProcess.Result cutOver = importCommand("cutover", "--to=" + to());
                    assertThat(cutOver.output()).contains("done: ");
                    assertThat(cutOver.exitCode()).isZero();
                    assertThat(running.result().exitCode()).as(running.output()).isZero();
                    Matcher held = HELD.matcher(cutOver.output());
                    assertThat(held.find()).isTrue();
                    assertThat(Integer.parseInt(held.group(1))).isLessThanOrEqualTo(LONGEST_HOLD_MILLIS);
                    load.awaitEnd();
                    assertThat(load.refusal())
                            .as("the source takes no writes any more")
                            .startsWith("NOREPLICAS");
                }
            }
            assertEqual(Contents.of(observer));
            LauncherProcess.Result verified = importCommand("verify", "--from=" + from, "--to=" + to());
            assertThat(verified.output()).contains(" 0 differ");
            assertThat(verified.exitCode()).isZero();
            assertThat(importCommand("release", "--from=" + from, "--to=" + to())
                            .exitCode())
                    .isZero();
            assertThat(observer.set("again", "writable")).isEqualTo("OK");
        }
        awaitWhole();
    }

    @Test
    void a_redis_cluster_is_followed_at_all_masters() throws IOException, InterruptedException {
        try (RedisClusterProcesses source = RedisClusterProcesses.start(directory);
                Jedis first = new Jedis("127.0.0.1", source.firstMaster());
                Jedis second = new Jedis("127.0.0.1", source.secondMaster())) {
            for (int i = 0; i < 1000; i++) {
                Jedis owner = Slot.of("k" + i) < 8192 ? first : second;
                owner.set("k" + i, "v" + i);
            }
            try (RunningCommand running = run("redis://127.0.0.1:" + source.firstMaster())) {
                running.awaitOutput("from 2 master(s)").awaitOutput("following");
                for (int i = 0; i < 1000; i++) {
                    Jedis owner = Slot.of("k" + i) < 8192 ? first : second;
                    owner.append("k" + i, "+");
                }
                LauncherProcess.Result cutOver = importCommand("cutover", "--to=" + to());
                assertThat(cutOver.output()).contains("done: ");
                assertThat(running.result().exitCode()).isZero();
            }
            assertThat(writeError(first)).startsWith("NOREPLICAS");
            assertThat(writeError(second)).startsWith("NOREPLICAS");
            assertEqual(Contents.of(List.of(first, second)));
            forget();
        }
    }

    @Test
    void what_a_master_has_of_slots_that_are_not_its_own_is_left() throws IOException, InterruptedException {
        try (RedisClusterProcesses source = RedisClusterProcesses.start(directory);
                Jedis first = new Jedis("127.0.0.1", source.firstMaster());
                Jedis second = new Jedis("127.0.0.1", source.secondMaster())) {
            String left = "left{" + SlotTags.of(0) + "}";
            String moved = "moved{" + SlotTags.of(0) + "}";
            first.set(left, "over");
            first.set(moved, "before");
            // The slot changes its owner, and the first master keeps the keys.
            first.clusterDelSlots(0);
            second.clusterDelSlots(0);
            second.clusterAddSlots(0);
            await("all know the new owner")
                    .atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> first.clusterInfo().contains("cluster_state:ok")
                            && second.set(moved, "after").equals("OK"));
            LauncherProcess.Result copied =
                    importCommand("run", "--from=redis://127.0.0.1:" + source.firstMaster(), "--to=" + to(), "--once");
            assertThat(copied.exitCode()).as(copied.output()).isZero();
            assertThat(operator.contents().keySet()).containsExactly(moved);
            assertThat(get(moved)).isEqualTo("after");
        }
    }

    @Test
    void what_would_lose_or_mix_keys_is_refused() throws IOException, InterruptedException {
        try (RedisProcess source = RedisProcess.start(directory);
                Jedis redis = source.client()) {
            redis.set("a", "1");
            redis.select(3);
            redis.set("b", "2");
            redis.select(0);
            String from = "--from=127.0.0.1:" + source.port();
            assertThat(importCommand("run", from, "--to=" + to(), "--once").output())
                    .contains("the source has keys in database 3");
            Jedis client = client();
            try (client) {
                set(client, "there", "before");
            }
            assertThat(importCommand("run", from, "--to=" + to(), "--once", "--db=0")
                            .output())
                    .contains("the destination has 1 keys", "--replace", "--merge");
            LauncherProcess.Result merged = importCommand("run", from, "--to=" + to(), "--once", "--db=0", "--merge");
            assertThat(merged.exitCode()).as(merged.output()).isZero();
            assertThat(get("there")).isEqualTo("before");
            assertThat(get("a")).isEqualTo("1");
            assertThat(importCommand("run", from, "--to=" + to(), "--once", "--db=0", "--replace")
                            .output())
                    .contains("was begun with", "forget");
            forget();
            LauncherProcess.Result replaced =
                    importCommand("run", from, "--to=" + to(), "--once", "--db=0", "--replace");
            assertThat(replaced.exitCode()).as(replaced.output()).isZero();
            assertThat(get("there")).as("the source has no such key").isNull();
            forget();
            redis.set("c:1", "1");
            assertThat(importCommand("run", from, "--to=" + to(), "--once", "--db=3", "--merge", "--exclude=c:*")
                            .exitCode())
                    .isZero();
            assertThat(get("b")).as("of database 3").isEqualTo("2");
            assertThat(get("c:1")).isNull();
            forget();
        }
        assertThat(importCommand("run", "--from=http://127.0.0.1:1", "--to=" + to())
                        .exitCode())
                .isEqualTo(2);
        assertThat(importCommand("status", "--to=" + to()).output()).contains("knows of no import 'import'");
    }

    @Test
    void another_process_takes_over_and_the_first_one_writes_no_more() throws IOException, InterruptedException {
        try (RedisProcess source = RedisProcess.start(directory);
                Jedis redis = source.client()) {
            redis.set("a", "1");
            String from = "127.0.0.1:" + source.port();
            try (RunningCommand first = run(from).awaitOutput("following")) {
                assertThat(importCommand("run", "--from=" + from, "--to=" + to())
                                .output())
                        .contains("is run by process");
                try (RunningCommand second =
                        RunningCommand.startImport(directory, "run", "--from=" + from, "--to=" + to(), "--take-over")) {
                    second.awaitOutput("following");
                    LauncherProcess.Result ended = first.result();
                    assertThat(ended.exitCode()).isEqualTo(1);
                    assertThat(ended.output()).contains("another process has taken this import over");
                    redis.set("a", "2");
                    await().atMost(TIMEOUT).until(() -> "2".equals(get("a")));
                }
            }
        }
    }

    @Test
    void everything_that_goes_at_the_source_goes_at_the_destination() throws IOException, InterruptedException {
        try (RedisProcess source = RedisProcess.start(directory);
                Jedis redis = source.client()) {
            fill(redis);
            String from = "127.0.0.1:" + source.port();
            try (RunningCommand running = run(from).awaitOutput("following")) {
                await().atMost(TIMEOUT).until(() -> operator.contents().size() > 100);
                redis.flushAll();
                redis.set("after", "1");
                await().atMost(TIMEOUT).until(() -> operator.contents().keySet().equals(Set.of("after")));
                running.kill();
                // A restart begins another history, so everything is copied anew, and what has gone meanwhile goes.
                redis.set("kept", "1");
                redis.del("after");
                redis.sendCommand(Command.CONFIG, "SET", "repl-backlog-size", "16384");
                String large = "x".repeat(10_000);
                for (int i = 0; i < 20; i++) {
                    redis.set("kept", large + i);
                }
            }
            try (RunningCommand again = run(from).awaitOutput("a full copy of").awaitOutput("following")) {
                await().atMost(TIMEOUT)
                        .untilAsserted(() -> assertThat(operator.contents()).isEqualTo(Contents.of(redis)));
            }
        }
    }

    @Test
    void verification_finds_what_differs() throws IOException, InterruptedException {
        try (RedisProcess source = RedisProcess.start(directory);
                Jedis redis = source.client()) {
            fill(redis);
            String from = "--from=127.0.0.1:" + source.port();
            assertThat(importCommand("run", from, "--to=" + to(), "--once").exitCode())
                    .isZero();
            assertThat(importCommand("verify", from, "--to=" + to()).output()).contains(" 0 differ");
            redis.set("string:1", "another");
            redis.persist("expiring:1");
            redis.del("list:1");
            redis.set("new", "key");
            redis.del("hash:1");
            redis.set("hash:1", "no hash any more");
            LauncherProcess.Result verified = importCommand("verify", from, "--to=" + to());
            assertThat(verified.exitCode()).isEqualTo(1);
            assertThat(verified.output())
                    .contains("key 'string:1': the values differ (string)", "key 'expiring:1': expires at no time")
                    .contains(
                            "key 'list:1': only the destination has it", "key 'new': the destination does not have it")
                    .contains("key 'hash:1': is a string in the source and a hash in the destination", " 5 differ");
        }
    }

    @Test
    void the_way_back_is_an_import_from_the_proxies() throws IOException, InterruptedException {
        try (RedisProcess old = RedisProcess.start(directory);
                Jedis redis = old.client()) {
            redis.set("left", "over");
            try (Jedis client = client()) {
                for (int i = 0; i < 500; i++) {
                    set(client, "k" + i, "v" + i);
                }
                String back = "--to=127.0.0.1:" + old.port();
                try (RunningCommand running =
                        RunningCommand.startImport(directory, "run", "--from=" + to(), back, "--replace")) {
                    running.awaitOutput("(undermoon)").awaitOutput("following");
                    for (int i = 0; i < 500; i++) {
                        set(client, "k" + i, "w" + i);
                    }
                    LauncherProcess.Result cutOver = importCommand("cutover", back, "--hold=2000");
                    assertThat(cutOver.output()).as(running.output()).contains("done: ");
                }
                importCommand("release", "--from=" + to(), back);
            }
            assertThat(redis.get("left")).isNull();
            assertThat(Contents.of(redis)).isEqualTo(operator.contents());
        }
    }

    @Test
    void a_master_that_sentinels_replace_is_followed_without_another_full_copy()
            throws IOException, InterruptedException {
        try (RedisProcess master = RedisProcess.start(directory);
                RedisProcess replica =
                        RedisProcess.start(directory, "--replicaof", "127.0.0.1", String.valueOf(master.port()));
                RedisProcess sentinel = RedisProcess.startSentinel(directory, "old", master.port());
                Jedis redis = master.client();
                Jedis promoted = replica.client()) {
            await().atMost(TIMEOUT).until(() -> promoted.info("replication").contains("master_link_status:up"));
            fill(redis);
            try (Jedis asked = sentinel.client()) {
                await("the sentinel knows the replica")
                        .atMost(TIMEOUT)
                        .until(() -> asked.sentinelReplicas("old").size() == 1);
            }
            try (RunningCommand running = run("sentinel://127.0.0.1:" + sentinel.port() + "/old")) {
                running.awaitOutput("following").awaitOutput("checkpoint 1");
                assertThat(redis.waitReplicas(1, 5000)).isEqualTo(1);
                master.close();
                // A sentinel closes the connections of clients.
                await("the replica is promoted")
                        .atMost(TIMEOUT)
                        .ignoreExceptions()
                        .until(() -> {
                            try (Jedis asked = replica.client()) {
                                return asked.set("after", "the failover").equals("OK");
                            }
                        });
                await().atMost(TIMEOUT).until(() -> "the failover".equals(get("after")));
                running.awaitOutput("the masters of the source have changed").awaitOutput("continuing at checkpoint");
                try (Jedis successor = replica.client()) {
                    assertThat(successor.info("stats")).contains("sync_full:0");
                    assertThat(operator.contents()).isEqualTo(Contents.of(successor));
                }
            }
        }
    }

    @Test
    void a_source_is_read_through_tls() throws IOException, InterruptedException, GeneralSecurityException {
        TestAuthority authority = new TestAuthority(directory, "source");
        TestAuthority.Identity identity = authority.issue("redis");
        int tlsPort = FreePort.any();
        String[] options = RedisProcess.tls(tlsPort, authority, identity);
        try (RedisProcess source = RedisProcess.start(directory, options);
                Jedis redis = source.client()) {
            fill(redis);
            String from = "--from=rediss://127.0.0.1:" + tlsPort;
            LauncherProcess.Result untrusted = importCommand("run", from, "--to=" + to(), "--once");
            assertThat(untrusted.exitCode()).isEqualTo(1);
            assertThat(untrusted.output()).contains("127.0.0.1:" + tlsPort);
            LauncherProcess.Result copied =
                    importCommand("run", from, "--from-ca=" + authority.authorities(), "--to=" + to(), "--once");
            assertThat(copied.exitCode()).as(copied.output()).isZero();
            assertThat(operator.contents()).isEqualTo(Contents.of(redis));
        }
    }

    private static String to() {
        return "127.0.0.1:" + stack.ports().proxyResp(0) + ",127.0.0.1:"
                + stack.ports().proxyResp(1) + ",127.0.0.1:" + stack.ports().proxyResp(2);
    }

    private static RunningCommand run(String from) throws IOException {
        return RunningCommand.startImport(directory, "run", "--from=" + from, "--to=" + to());
    }

    private static LauncherProcess.Result importCommand(String... arguments) throws IOException, InterruptedException {
        return RunningCommand.runImport(directory, arguments);
    }

    private static void forget() throws IOException, InterruptedException {
        LauncherProcess.Result forgotten = importCommand("forget", "--to=" + to());
        assertThat(forgotten.exitCode()).as(forgotten.output()).isZero();
    }

    private static Jedis login(RedisProcess server) {
        Jedis jedis = server.client();
        jedis.auth(PASSWORD);
        return jedis;
    }

    private static String writeError(Jedis server) {
        for (int i = 0; ; i++) {
            try {
                server.set("write" + i, "");
                throw new AssertionError("the write is accepted");
            } catch (JedisDataException e) {
                if (!e.getMessage().startsWith("MOVED")) {
                    return e.getMessage();
                }
            }
        }
    }

    /** Keys of all types. */
    private static void fill(Jedis redis) {
        Pipeline pipeline = redis.pipelined();
        for (int i = 0; i < 200; i++) {
            pipeline.set("string:" + i, "value" + i);
            pipeline.psetex("expiring:" + i, 3_600_000L + i, "value" + i);
            for (int j = 0; j <= i; j++) {
                pipeline.rpush("list:" + i, "item" + j);
                pipeline.sadd("set:" + i, i % 2 == 0 ? String.valueOf(j) : "member" + j);
                pipeline.zadd("sorted:" + i, j * 1.25, "member" + j);
                pipeline.hset("hash:" + i, "field" + j, "value" + j);
            }
            pipeline.xadd("stream:" + i, new StreamEntryID(1, i), Map.of("field", "value" + i));
        }
        pipeline.set("large", "x".repeat(3_000_000));
        pipeline.set("long:" + "name".repeat(100), "compressed in the snapshot");
        pipeline.set("12345", "a number as its name");
        pipeline.set("binary".getBytes(StandardCharsets.UTF_8), new byte[] {0, -1, 13, 10, 0});
        pipeline.xgroupCreate("stream:1", "group", new StreamEntryID(), false);
        pipeline.functionLoad(
                "#!lua name=imported\nredis.register_function('imported', function(keys, args) return 1 end)");
        pipeline.sync();
        redis.xreadGroup(
                "group",
                "consumer",
                XReadGroupParams.xReadGroupParams().count(1),
                Map.of("stream:1", StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY));
    }

    private static void awaitMore(MixedLoad load) {
        long now = load.commands();
        await("the load goes on").atMost(TIMEOUT).until(() -> load.commands() > now + MUCH);
    }

    /** Has the source drop its replicas, of which the import is one. */
    private static void cutLinks(Jedis source) {
        assertThat((Long) source.sendCommand(Command.CLIENT, "KILL", "TYPE", "replica"))
                .isPositive();
    }

    private static void moveSlots() throws IOException, InterruptedException {
        List<Node> masters = operator.masters();
        operator.reshard(masters.get(0), masters.get(1), 2000);
        operator.awaitStable();
    }

    /** A host with a master goes away with all it had in memory. */
    private static void loseMaster() throws IOException {
        Node lost = operator.masters().get(0);
        List<Node> nodes = operator.cluster().nodes();
        stack.kill(stack.proxyOf(lost));
        for (Node node : nodes) {
            if (node.proxyAddress().equals(lost.proxyAddress())) {
                stack.kill(LiveStack.redisOf(node));
            }
        }
        await("others have taken over")
                .atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> operator.masters().stream()
                        .noneMatch(node -> node.proxyAddress().equals(lost.proxyAddress())));
    }

    private static void awaitWhole() throws IOException, InterruptedException {
        stack.up();
        operator.awaitReplicas();
    }

    private static Jedis node(Node node) {
        HostPort address = HostPort.parse(node.address().value());
        return new Jedis(new HostAndPort(address.host(), address.port()));
    }

    private static Jedis client() throws IOException {
        HostPort address =
                HostPort.parse(operator.masters().get(0).proxyAddress().value());
        return new Jedis(address.host(), address.port());
    }

    /** At whoever has the key. */
    private static void set(Jedis client, String key, String value) throws IOException {
        try {
            client.set(key, value);
        } catch (JedisMovedDataException e) {
            try (Jedis owner = new Jedis(e.getTargetNode())) {
                owner.set(key, value);
            }
        }
    }

    private static String get(String key) throws IOException {
        try (Jedis client = client()) {
            return client.get(key);
        } catch (JedisMovedDataException e) {
            try (Jedis owner = new Jedis(e.getTargetNode())) {
                return owner.get(key);
            }
        }
    }

    /** Keys that have expired meanwhile may be at one of both only. */
    private static void assertEqual(TreeMap<String, String> source) throws IOException {
        TreeMap<String, String> destination = await("no master has keys of slots that it has given away")
                .atMost(TIMEOUT)
                .ignoreExceptionsMatching(AssertionError.class::isInstance)
                .until(operator::contents, contents -> true);
        source.keySet().removeIf(key -> key.startsWith("e:") && !destination.containsKey(key));
        destination.keySet().removeIf(key -> key.startsWith("e:") && !source.containsKey(key));
        assertThat(Contents.differences(source, destination)).isEmpty();
    }
}
