package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.testing.Contents;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.metadata.ClusterName;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.LiveStack;
import io.undermoon.system.testing.RunningCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/**
 * Backups, taken every few seconds, of clusters that compress values and forward commands, and whose users have the
 * rights of {@code docs/backups.md} and no more.
 */
class BackupAccessIT {
    private static final ClusterName SHOP = new ClusterName("shop");
    private static final ClusterName COPY = new ClusterName("copy");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int KEYS = 500;

    /** Longer than what is compressed at all. */
    private static final String TEXT = "a value that repeats itself, ".repeat(20);

    @TempDir
    private static Path directory;

    private static LiveStack stack;
    private static ClusterOperator copy;
    private static String store;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Path users = Files.writeString(directory.resolve("users"), """
                user default on nopass -@all +ping
                user app on >app ~* &* +@all
                user reader on >reader ~* &* +@read +cluster
                user restorer on >restorer ~* +restore +eval +pexpiretime +pexpireat +get +set +del +exists +dbsize \
                +flushdb +command +function +cluster
                """);
        stack = new LiveStack(
                Files.createDirectory(directory.resolve("stack")),
                SHOP,
                4,
                4,
                Map.of("UNDERMOON_USERS_FILE", users.toString(), "UNDERMOON_CONTROL_SECRET", "control"),
                "--cluster=" + COPY + ":4",
                "--active-redirection");
        copy = new ClusterOperator("127.0.0.1:" + stack.ports().broker(), COPY);
        for (ClusterOperator operator : List.of(stack.operator(), copy)) {
            operator.configure("compression_strategy", "allow_all");
        }
        for (String user : List.of("reader", "restorer")) {
            Files.writeString(directory.resolve(user), user);
        }
        store = "--store=" + directory.resolve("backups");
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        if (stack != null) {
            stack.down();
        }
    }

    @Test
    void the_newest_ones_are_kept_and_restored_by_a_user_with_the_rights_for_it() throws Exception {
        try (Jedis app = app(stack.operator())) {
            for (int i = 0; i < KEYS; i++) {
                app.set("text:" + i, TEXT + i);
                app.rpush("list:" + i, "a", Integer.toString(i));
            }
            app.functionLoad("#!lua name=lib\nredis.register_function('f', function() return 1 end)");
        }
        takeThreeWhileOneWrites();
        assertThat(run(0, "list", store).lines().filter(line -> line.contains("shop")))
                .as("--keep=2")
                .hasSize(2);

        long began = System.nanoTime();
        assertThat(run(1, "restore", login("reader"))).contains("NOPERM");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("it is not tried for a minute")
                .isLessThan(TIMEOUT.dividedBy(2));
        assertThat(copy.contents())
                .as("nothing is written by a user without the rights")
                .isEmpty();

        run(0, "restore", login("restorer"));
        TreeMap<String, String> restored = copy.contents();
        assertThat(Contents.differences(stack.operator().contents(), restored)).isEmpty();
        assertThat(restored.get("text:1")).as("compressed at the node").doesNotContain("repeats");
        try (Jedis app = app(copy)) {
            assertThat(app.get("text:1")).isEqualTo(TEXT + 1);
            assertThat(app.fcall("f", List.of("text:1"), List.of())).isEqualTo(1L);
        }
    }

    /** What is written last is in the backup after that. */
    private static void takeThreeWhileOneWrites() throws IOException, InterruptedException {
        AtomicBoolean writes = new AtomicBoolean(true);
        Thread writer = new Thread(() -> {
            try (Jedis app = app(stack.operator())) {
                for (int i = 0; writes.get(); i++) {
                    app.set("counter:" + i % 100, TEXT + i);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        try (RunningCommand backup = RunningCommand.startData(
                directory, "backup", SHOP.toString(), broker(), store, "--every=2s", "--keep=2")) {
            writer.start();
            awaitBackups(backup, 2);
            writes.set(false);
            writer.join();
            awaitBackups(backup, backups(backup) + 2);
            backup.terminate();
            assertThat(backup.result().exitCode()).as(backup.output()).isZero();
            assertThat(backup.output()).contains("removed shop/").doesNotContain("error");
        } finally {
            writes.set(false);
        }
    }

    private static void awaitBackups(RunningCommand backup, int number) {
        await(number + " backups").atMost(TIMEOUT).until(() -> backups(backup) >= number);
    }

    private static int backups(RunningCommand backup) {
        return (int)
                backup.output().lines().filter(line -> line.contains(" is in ")).count();
    }

    private static String[] login(String user) {
        return new String[] {
            COPY.toString(),
            "--of=" + SHOP,
            broker(),
            store,
            "--proxy-user=" + user,
            "--proxy-password-file=" + directory.resolve(user)
        };
    }

    private static String broker() {
        return "--broker=127.0.0.1:" + stack.ports().broker();
    }

    private static String run(int exitCode, String command, String... arguments)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(arguments));
        LauncherProcess.Result result = RunningCommand.runData(directory, all.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.output()).isEqualTo(exitCode);
        return result.output();
    }

    /** By one proxy, which forwards what is not its own. */
    private static Jedis app(ClusterOperator operator) throws IOException {
        JedisClientConfig config = DefaultJedisClientConfig.builder()
                .user("app")
                .password("app")
                .socketTimeoutMillis((int) TIMEOUT.toMillis())
                .build();
        return new Jedis(
                new HostAndPort(
                        "127.0.0.1", operator.masters().get(0).proxyAddress().port()),
                config);
    }
}
