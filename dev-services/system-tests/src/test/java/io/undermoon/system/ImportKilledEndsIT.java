package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.imports.destination.ImportKeys;
import io.undermoon.dev.testing.Contents;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.dev.testing.MixedLoad;
import io.undermoon.dev.testing.RedisProcess;
import io.undermoon.system.testing.RunningCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/**
 * An import while source, destination and the import itself are killed again and again. Small in each build;
 * {@code -Dundermoon.import.keys=2097152 -Dundermoon.import.kills=20} is the long form.
 */
class ImportKilledEndsIT {
    private static final int KEYS = Integer.getInteger("undermoon.import.keys", 5000);
    private static final int KILLS = Integer.getInteger("undermoon.import.kills", 1);
    private static final int VALUE_BYTES = 512;
    private static final int AT_ONCE = 10_000;
    private static final int FEW = 20_000;
    private static final int MUCH = 400;
    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final String SEED = "undermoon.import.seed";

    @TempDir
    private Path directory;

    @Test
    void both_ends_are_killed_and_nothing_is_lost_or_done_twice() throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(Long.getLong(SEED, 1));
        String[] options = {"--enable-debug-command", "yes", "--repl-backlog-size", "256mb"};
        try (RedisProcess source = RedisProcess.startDurable(directory, options);
                RedisProcess destination = RedisProcess.startDurable(directory, options)) {
            fill(source, random);
            RunningCommand running = run(source, destination);
            try (MixedLoad load = new MixedLoad(source::client, 1, true).start()) {
                for (int i = 0; i < KILLS; i++) {
                    running.awaitOutput(i == 0 ? "a full copy of" : "continuing", TIMEOUT);
                    awaitMore(load);
                    // Sometimes amid a full copy, sometimes behind one.
                    if (random.nextBoolean()) {
                        running.awaitOutput("following", TIMEOUT);
                    }
                    destination.killAndStart();
                    awaitMore(load);
                    source.killAndStart();
                    awaitMore(load);
                    running.kill();
                    awaitMore(load);
                    running = run(source, destination);
                }
                load.stop();
                assertThat(load.refusal()).isEmpty();
                LauncherProcess.Result cutOver = RunningCommand.runImport(
                        directory, "cutover", to(destination), "--writers-stopped", "--wait=600");
                assertThat(cutOver.output()).as(running.output()).contains("done: ");
                assertThat(running.result().exitCode()).as(running.output()).isZero();
            } finally {
                running.kill();
            }
            assertEqual(source, destination);
        }
    }

    private static void awaitMore(MixedLoad load) {
        long now = load.commands();
        await("the load goes on").atMost(TIMEOUT).until(() -> load.commands() > now + MUCH);
    }

    private static void assertEqual(RedisProcess source, RedisProcess destination) {
        try (Jedis from = source.client();
                Jedis to = destination.client()) {
            to.del(new ImportKeys("import").record());
            await("what expires has expired")
                    .atMost(TIMEOUT)
                    .until(() -> !from.info("keyspace").contains("expires=")
                            || from.keys("e:*").stream().allMatch(key -> from.ttl(key) == -1));
            if (from.dbSize() < FEW) {
                assertThat(Contents.differences(Contents.of(from), Contents.of(to)))
                        .isEmpty();
            }
            assertThat(to.dbSize()).isEqualTo(from.dbSize()).isGreaterThanOrEqualTo(KEYS);
            assertThat(digest(to)).isEqualTo(digest(from));
        }
    }

    /** Of all keys, types and values, and whether they expire. */
    private static String digest(Jedis server) {
        server.getConnection().setSoTimeout((int) TIMEOUT.toMillis());
        return new String(
                (byte[]) server.sendCommand(() -> "DEBUG".getBytes(StandardCharsets.UTF_8), "DIGEST"),
                StandardCharsets.UTF_8);
    }

    private static void fill(RedisProcess server, SplittableRandom random) {
        try (Jedis redis = server.client()) {
            byte[] value = new byte[VALUE_BYTES];
            for (int from = 0; from < KEYS; from += AT_ONCE) {
                Pipeline pipeline = redis.pipelined();
                for (int i = from; i < Math.min(KEYS, from + AT_ONCE); i++) {
                    random.nextBytes(value);
                    pipeline.set(("fill:" + i).getBytes(StandardCharsets.UTF_8), value);
                }
                pipeline.sync();
            }
        }
    }

    private RunningCommand run(RedisProcess source, RedisProcess destination) throws IOException {
        return RunningCommand.startImport(
                directory,
                "run",
                "--from=127.0.0.1:" + source.port(),
                to(destination),
                "--spool=" + directory,
                "--take-over");
    }

    private static String to(RedisProcess destination) {
        return "--to=127.0.0.1:" + destination.port();
    }
}
