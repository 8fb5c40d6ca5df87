package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.imports.destination.ImportKeys;
import io.undermoon.dev.imports.engine.CutOverRequest;
import io.undermoon.dev.testing.Contents;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.dev.testing.MixedLoad;
import io.undermoon.dev.testing.RedisProcess;
import io.undermoon.slot.Slot;
import io.undermoon.system.testing.RunningCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Transaction;

/** What an import does about losses, between two plain servers: the destination is any that speaks Redis. */
class ImportRecoveryIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String MARKER = new ImportKeys("import").marker(Slot.of("k"));

    @TempDir
    private Path directory;

    private RedisProcess source;
    private RedisProcess destination;
    private Jedis from;
    private Jedis to;

    @BeforeEach
    void start() {
        source = RedisProcess.start(directory, "--repl-backlog-size", "64mb");
        destination = RedisProcess.start(directory);
        from = source.client();
        to = destination.client();
    }

    @AfterEach
    void stop() {
        from.close();
        to.close();
        source.close();
        destination.close();
    }

    @Test
    void what_a_failover_of_the_destination_loses_is_read_again() throws IOException, InterruptedException {
        from.set("k", "1");
        try (RunningCommand running = run().awaitOutput("checkpoint 1")) {
            String before = to.get(MARKER);
            from.set("k", "2");
            awaitValue("2");
            // As a replica that lacks the last write of the slot.
            to.set("k", "1");
            to.set(MARKER, before);
            awaitValue("2");
            running.awaitOutput("of the destination has the marker " + before).awaitOutput("continuing at checkpoint");
            assertThat(from.info("stats"))
                    .as("for that nothing is copied as a whole")
                    .contains("sync_full:1");

            to.flushAll();
            awaitValue("2");
            running.awaitOutput("destination has lost something|of the destination has the marker none");
        }
    }

    @Test
    void what_the_destination_loses_before_a_cut_over_is_done_is_copied_first()
            throws IOException, InterruptedException {
        String record = new ImportKeys("import").record();
        from.set("k", "1");
        try (RunningCommand running = run().awaitOutput("checkpoint 1")) {
            String before = to.get(MARKER);
            from.set("k", "2");
            awaitValue("2");
            Transaction loss = to.multi();
            loss.set("k", "1");
            loss.set(MARKER, before);
            // At once, so that no checkpoint comes to the slot before.
            loss.hset(record, "request", new CutOverRequest("now", 200, 60, false, true).toString());
            loss.exec();
            assertThat(running.result().exitCode()).isZero();
            assertThat(to.get("k")).isEqualTo("2");
            assertThat(to.hget(record, "result")).startsWith("now done");
        }
    }

    @Test
    void a_record_that_a_failover_of_the_destination_loses_is_written_again() throws IOException, InterruptedException {
        String record = new ImportKeys("import").record();
        from.set("k", "1");
        try (RunningCommand running = run().awaitOutput("checkpoint 1")) {
            String attempt = to.hget(record, "attempt");
            to.del(record);
            running.awaitOutput("the destination has lost something");
            from.set("k", "2");
            awaitValue("2");
            await().atMost(TIMEOUT).until(() -> to.hexists(record, "beat"));
            assertThat(Long.parseLong(to.hget(record, "attempt"))).isGreaterThan(Long.parseLong(attempt));
            // As a replica that lacks the beginning of the attempt.
            to.hset(record, "attempt", attempt);
            running.awaitOutput("the record of the import is that of attempt " + attempt);
            from.set("k", "3");
            awaitValue("3");
        }
    }

    @Test
    void what_waits_to_be_written_goes_when_the_source_loses_it() throws IOException, InterruptedException {
        fill(5000);
        try (RunningCommand running = run("--rate=1").awaitOutput("a full copy of")) {
            await("the snapshot is taken")
                    .atMost(TIMEOUT)
                    .until(() -> from.info("replication").contains("=online"));
            assertThat(to.dbSize()).as("not all is written").isLessThan(Slot.COUNT + 4000);
            from.flushAll();
            from.set("after", "1");
            await().atMost(TIMEOUT).until(() -> to.exists("after"));
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(Contents.of(to)).containsOnlyKeys("after"));
            // Whatever was on its way then has arrived.
            running.awaitOutput("behind by 0 bytes and 0 keys");
            assertThat(Contents.of(to)).containsOnlyKeys("after");
        }
    }

    @Test
    void a_cut_over_waits_until_the_source_is_followed_again() throws IOException, InterruptedException {
        from.set("k", "1");
        try (RunningCommand running = run().awaitOutput("following")) {
            String clients = from.configGet("maxclients").get("maxclients");
            // Who is connected stays, and nobody else is let in.
            from.configSet("maxclients", "1");
            from.sendCommand(Command.CLIENT, "KILL", "TYPE", "replica");
            from.set("k", "2");
            try (RunningCommand cutOver = RunningCommand.startImport(directory, "cutover", to())) {
                cutOver.awaitOutput("waiting for the connection to 127.0.0.1:" + source.port());
                from.configSet("maxclients", clients);
                LauncherProcess.Result result = cutOver.result();
                assertThat(result.output()).contains("done: ");
                assertThat(result.exitCode()).isZero();
            }
            assertThat(running.result().exitCode()).isZero();
        }
        assertThat(to.get("k")).isEqualTo("2");
    }

    @Test
    void a_cut_over_that_has_waited_for_long_enough_is_refused_and_forgotten()
            throws IOException, InterruptedException {
        from.set("k", "1");
        try (RunningCommand running = run().awaitOutput("following")) {
            String clients = from.configGet("maxclients").get("maxclients");
            from.configSet("maxclients", "1");
            from.sendCommand(Command.CLIENT, "KILL", "TYPE", "replica");
            running.awaitOutput("copying");
            LauncherProcess.Result result = RunningCommand.runImport(directory, "cutover", to(), "--wait=1");
            assertThat(result.output()).contains("refused: after 1 s there is still to wait for the connection to");
            assertThat(result.exitCode()).isEqualTo(1);
            from.configSet("maxclients", clients);
            from.set("k", "2");
            awaitValue("2");
            assertThat(running.output()).doesNotContain("cut-over");
        }
    }

    @Test
    void a_full_copy_that_is_broken_off_begins_anew_and_removes_what_has_gone_since()
            throws IOException, InterruptedException {
        fill(6000);
        try (RunningCommand slow = run("--rate=2", "--memory=1")) {
            await().atMost(TIMEOUT).until(() -> to.dbSize() > Slot.COUNT + 1000);
            slow.kill();
        }
        for (int i = 0; i < 6000; i += 2) {
            from.del("key:" + i);
        }
        try (RunningCommand again = run().awaitOutput("following")) {
            await().atMost(TIMEOUT).until(() -> to.dbSize() == Slot.COUNT + 1 + 3000);
            assertThat(again.output()).contains("a full copy of");
        }
        assertThat(Contents.differences(Contents.of(from), Contents.of(to))).isEmpty();
    }

    @Test
    void writes_go_on_while_the_snapshot_is_written() throws IOException, InterruptedException {
        Pipeline pipeline = from.pipelined();
        for (int i = 0; i < 1000; i++) {
            pipeline.append("text:" + i, "begin");
            pipeline.set("count:" + i, "1000");
            pipeline.set("fill:" + i, "x".repeat(5000));
        }
        pipeline.sync();
        try (MixedLoad load = new MixedLoad(source.client(), 7, true).start();
                RunningCommand running = run("--rate=2", "--memory=1")) {
            await().atMost(TIMEOUT).until(() -> load.commands() > 3000);
            running.awaitOutput("following");
            load.stop();
            LauncherProcess.Result cutOver = RunningCommand.runImport(directory, "cutover", to(), "--writers-stopped");
            assertThat(cutOver.output()).contains("done: ");
            assertThat(running.result().exitCode()).isZero();
            assertThat(from.set("still", "writable")).isEqualTo("OK");
            from.del("still");
            assertThat(to.keys("undermoon:import:import:*")).isEmpty();
        }
        var expected = Contents.of(from);
        var copied = Contents.of(to);
        expected.keySet().removeIf(key -> key.startsWith("e:") && !copied.containsKey(key));
        copied.keySet().removeIf(key -> key.startsWith("e:") && !expected.containsKey(key));
        assertThat(Contents.differences(expected, copied)).isEmpty();
    }

    @Test
    void a_cut_over_that_takes_too_long_leaves_the_source_as_it_was() throws IOException, InterruptedException {
        String record = new ImportKeys("import").record();
        try (RunningCommand running = run("--rate=1").awaitOutput("following")) {
            // At a megabyte a second what comes after this one waits for five seconds.
            byte[] large = new byte[5_000_000];
            new SplittableRandom(1).nextBytes(large);
            from.set("large".getBytes(StandardCharsets.UTF_8), large);
            await().atMost(TIMEOUT).until(() -> to.exists("large"));
            from.set("k", "later");
            to.hset(record, "request", new CutOverRequest("now", 20, 60, false, false).toString());
            await().atMost(TIMEOUT).until(() -> to.hexists(record, "result"));
            assertThat(to.hget(record, "result")).startsWith("now refused: ").contains("--hold");
            assertThat(from.configGet("min-replicas-to-write")).containsEntry("min-replicas-to-write", "0");
            awaitValue("later");
            from.set("k", "goes on");
            awaitValue("goes on");
            assertThat(running.output()).contains("writers go on");
        }
        assertThat(RunningCommand.runImport(directory, "cutover", to()).output())
                .contains("nobody runs the import");
    }

    private RunningCommand run(String... options) throws IOException {
        String[] all = new String[options.length + 3];
        all[0] = "run";
        all[1] = "--from=127.0.0.1:" + source.port();
        all[2] = to();
        System.arraycopy(options, 0, all, 3, options.length);
        return RunningCommand.startImport(directory, all);
    }

    private String to() {
        return "--to=127.0.0.1:" + destination.port();
    }

    /** Keys of a kilobyte that no compression makes less. */
    private void fill(int keys) {
        SplittableRandom random = new SplittableRandom(3);
        Pipeline pipeline = from.pipelined();
        for (int i = 0; i < keys; i++) {
            byte[] value = new byte[1000];
            random.nextBytes(value);
            pipeline.set(("key:" + i).getBytes(StandardCharsets.UTF_8), value);
        }
        pipeline.sync();
    }

    private void awaitValue(String value) {
        await("k is " + value).atMost(TIMEOUT).until(() -> value.equals(to.get("k")));
    }
}
