package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.check.Verdict;
import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.RedirectedConnection;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.testing.CheckRun;
import io.undermoon.dev.testing.Contents;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.dev.testing.OrderedWriter;
import io.undermoon.dev.testing.S3Server;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.LiveStack;
import io.undermoon.system.testing.RunningCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Backups of a system of real processes, into S3 and a directory, and restores into half and double the size. */
class DataBackupIT {
    private static final ClusterName SHOP = new ClusterName("shop");
    private static final ClusterName HALF = new ClusterName("half");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int PROXIES = 6;
    private static final int MUCH = 5000;
    private static final int LONGEST_HOLD_MILLIS = 200;
    private static final int ORDERED_KEYS = 8;
    private static final Pattern BACKUP = Pattern.compile("backup shop/\\S+ is in .*");
    private static final Pattern HELD = Pattern.compile("writers held for (\\d+) ms");

    @TempDir
    private static Path directory;

    private static LiveStack stack;
    private static ClusterOperator half;
    private static String broker;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        stack = new LiveStack(directory, SHOP, 8, PROXIES, Map.of(), "--cluster=" + HALF + ":4");
        broker = "127.0.0.1:" + stack.ports().broker();
        half = new ClusterOperator(broker, HALF);
        stack.operator().awaitReplicas();
        half.awaitReplicas();
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        stack.down();
    }

    @BeforeEach
    void empty() throws IOException {
        for (ClusterOperator operator : List.of(stack.operator(), half)) {
            for (Node master : operator.masters()) {
                try (Jedis node = node(master)) {
                    node.flushDB();
                }
            }
        }
    }

    @Test
    void a_backup_under_load_is_one_point_of_all_masters_and_is_restored_into_half_and_double_the_size()
            throws IOException, InterruptedException {
        // One write of each waits for a replica, which a backup must not be taken for.
        stack.operator().configure("min_replica_acks", "1");
        List<String> keys = IntStream.range(0, ORDERED_KEYS)
                .mapToObj(number -> "ordered:" + number)
                .toList();
        try (S3Server s3 = S3Server.start(directory);
                CheckRun check = CheckRun.start(2000, false, Duration.ofSeconds(30), ports(stack.operator()));
                OrderedWriter ordered = new OrderedWriter(keys, () -> open(stack.operator()))) {
            String[] bucket = {"--store=s3://" + S3Server.BUCKET + "/all", "--s3-endpoint=" + s3.endpoint()};
            check.awaitCommands(MUCH);
            String taken = data(0, "backup", SHOP.toString(), bucket);
            Matcher held = HELD.matcher(taken);
            assertThat(held.find()).as(taken).isTrue();
            assertThat(Long.parseLong(held.group(1))).isLessThanOrEqualTo(LONGEST_HOLD_MILLIS);
            assertThat(data(0, "restore", HALF.toString(), bucket, "--of=" + SHOP))
                    .contains("restored");
            requireOrder(counts(keys));
            check.awaitCommands(MUCH);
            assertThat(ordered.problem()).isEmpty();
            check.stopWriting();
            Verdict verdict = check.verify();
            assertThat(verdict.passed()).as(verdict.toString()).isTrue();
            assertThat(check.errors()).as("errors that clients have seen").isZero();
            assertThat(data(0, "verify", SHOP.toString(), bucket)).contains(" 0 files are damaged");
        }
        intoHalfAndBack();
    }

    /** Nobody writes, so everything has to be equal. */
    private static void intoHalfAndBack() throws IOException, InterruptedException {
        String store = "--store=" + directory.resolve("backups");
        fill();
        TreeMap<String, String> expected = stack.operator().contents();
        assertThat(expected).hasSizeGreaterThan(2000);
        data(0, "backup", SHOP.toString(), store);
        assertThat(data(1, "restore", HALF.toString(), store, "--of=" + SHOP)).contains("say --replace");
        data(0, "restore", HALF.toString(), store, "--of=" + SHOP, "--replace", "--yes");
        assertThat(Contents.differences(expected, half.contents())).isEmpty();

        data(0, "backup", HALF.toString(), store);
        try (RedirectedConnection client = open(stack.operator())) {
            client.call(Command.of("SET", "too", "much"));
        }
        data(0, "restore", SHOP.toString(), store, "--of=" + HALF, "--replace", "--yes");
        assertThat(Contents.differences(expected, stack.operator().contents())).isEmpty();
    }

    @Test
    void a_continuous_backup_goes_on_when_slots_move_and_a_master_fails() throws IOException, InterruptedException {
        String store = "--store=" + directory.resolve("continuous");
        ClusterOperator shop = stack.operator();
        // The killed proxy is not replaced, so its partner has no replica that could acknowledge.
        shop.configure("min_replica_acks", "0");
        fill();
        LauncherProcess.Result ended;
        try (CheckRun check = CheckRun.start(1000, true, Duration.ofSeconds(30), ports(shop));
                RunningCommand backup = RunningCommand.startData(
                        directory,
                        "backup",
                        SHOP.toString(),
                        "--broker=" + broker,
                        store,
                        "--continuous",
                        "--points=1s")) {
            backup.awaitOutput("segment 2: ");
            List<Node> masters = shop.masters();
            shop.reshard(masters.get(0), masters.get(1), 2000);
            shop.awaitStable();
            awaitSegmentOfBackup(2, backup);
            // The removal of what the migration has left over is in the stream of the source.
            await("no master has keys of slots that it has given away")
                    .atMost(TIMEOUT)
                    .ignoreExceptionsMatching(AssertionError.class::isInstance)
                    .until(() -> shop.contents(), contents -> true);
            stack.kill(stack.proxyOf(masters.get(1)));
            await("another has taken over")
                    .atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> shop.masters().stream()
                            .noneMatch(
                                    node -> node.address().equals(masters.get(1).address())));
            awaitSegmentOfBackup(3, backup);
            check.awaitCommands(MUCH).stopWriting();
            backup.terminate();
            ended = backup.result();
            assertThat(ended.exitCode()).as(ended.output()).isZero();
        }
        TreeMap<String, String> expected = shop.contents();
        assertThat(expected).hasSizeGreaterThan(2000);
        data(0, "restore", HALF.toString(), store, "--of=" + SHOP);
        TreeMap<String, String> restored = half.contents();
        long now = System.currentTimeMillis();
        List.of(expected, restored).forEach(all -> all.values().removeIf(value -> Contents.expiresBefore(value, now)));
        assertThat(Contents.differences(expected, restored)).as(ended.output()).isEmpty();
        stack.up();
        shop.awaitReplicas();
        half.awaitReplicas();
    }

    /** Waits until a continuous backup has begun anew so often that it is at a certain backup, and goes on with it. */
    private static void awaitSegmentOfBackup(int number, RunningCommand backup) {
        await("backup " + number + " goes on").atMost(TIMEOUT).untilAsserted(() -> {
            String[] parts = BACKUP.split(backup.output());
            assertThat(parts).as(backup.output()).hasSizeGreaterThan(number);
            assertThat(parts[parts.length - 1]).as(backup.output()).contains("segment 2: ");
        });
    }

    private static void requireOrder(List<Long> counts) {
        for (int i = 1; i < counts.size(); i++) {
            assertThat(counts.get(i)).as("%s", counts).isBetween(counts.get(0) - 1, counts.get(i - 1));
        }
        assertThat(counts.get(0)).isPositive();
    }

    private static List<Long> counts(List<String> keys) throws IOException {
        List<Long> counts = new ArrayList<>();
        try (RedirectedConnection client = open(half)) {
            for (String key : keys) {
                counts.add(Reply.numberOrZero(client.call(Command.of("GET", key))));
            }
        }
        return counts;
    }

    private static void fill() throws IOException {
        try (RedirectedConnection client = open(stack.operator())) {
            for (int i = 0; i < 300; i++) {
                client.call(Command.of("SET", "string:" + i, "value " + i));
                client.call(Command.of("RPUSH", "list:" + i, "a", "b", i));
                client.call(Command.of("SADD", "set:" + i, "a", "b", i));
                client.call(Command.of("HSET", "hash:" + i, "a", "b", "c", i));
                client.call(Command.of("ZADD", "sorted:" + i, i, "a", 2.5, "b"));
                client.call(Command.of("XADD", "stream:" + i, "*", "a", i));
                client.call(Command.of("SET", "expiring:" + i, i, "EX", 10_000 + i));
            }
        }
    }

    private static Jedis node(Node node) {
        HostPort address = HostPort.parse(node.address().value());
        return new Jedis(address.host(), address.port());
    }

    private static RedirectedConnection open(ClusterOperator operator) throws IOException {
        List<HostPort> seeds = Arrays.stream(ports(operator))
                .mapToObj(port -> new HostPort("127.0.0.1", port))
                .toList();
        return RedirectedConnection.open(new ClientSettings(seeds, null, TIMEOUT, true), address -> {});
    }

    private static int[] ports(ClusterOperator operator) throws IOException {
        return operator.masters().stream()
                .mapToInt(node -> node.proxyAddress().port())
                .distinct()
                .toArray();
    }

    private static String data(int exitCode, String command, String cluster, String[] store, String... options)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(cluster));
        all.addAll(List.of(store));
        all.addAll(List.of(options));
        return data(exitCode, command, all.toArray(String[]::new));
    }

    private static String data(int exitCode, String command, String... arguments)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        if (command.equals("backup") || command.equals("restore")) {
            all.add("--broker=" + broker);
        }
        all.addAll(List.of(arguments));
        LauncherProcess.Result result = RunningCommand.runData(directory, all.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isEqualTo(exitCode);
        return result.output();
    }
}
