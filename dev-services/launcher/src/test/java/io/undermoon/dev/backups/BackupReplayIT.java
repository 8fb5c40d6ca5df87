package io.undermoon.dev.backups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.backups.catalog.Catalog;
import io.undermoon.dev.backups.catalog.Inspection;
import io.undermoon.dev.backups.catalog.StoredBackup;
import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.restore.Moment;
import io.undermoon.dev.backups.restore.Restore;
import io.undermoon.dev.backups.restore.RestorePlan;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.DirectoryStore;
import io.undermoon.dev.backups.take.Backup;
import io.undermoon.dev.backups.take.BackupPlan;
import io.undermoon.dev.backups.take.ContinuousBackup;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.TlsTrust;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.testing.Contents;
import io.undermoon.dev.testing.MixedLoad;
import io.undermoon.dev.testing.RedisClusterProcesses;
import io.undermoon.dev.testing.RedisProcess;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.SlotRanges;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.params.SetParams;

/** A master is followed while it is written to, and restored into a cluster of two: everything is as it was. */
class BackupReplayIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Access ACCESS = new Access(null, null, null, Duration.ofSeconds(10));
    private static final int MUCH = 4000;

    @TempDir
    private static Path directory;

    @TempDir
    private Path backups;

    private static RedisClusterProcesses destination;
    private RedisProcess source;
    private Jedis redis;
    private Jedis first;
    private Jedis second;
    private BackupStore store;

    @BeforeAll
    static void startDestination() throws IOException {
        destination = RedisClusterProcesses.start(directory);
    }

    @AfterAll
    static void stopDestination() {
        destination.close();
    }

    @BeforeEach
    void start() {
        source = RedisProcess.start(directory);
        redis = source.client();
        first = new Jedis("127.0.0.1", destination.firstMaster());
        second = new Jedis("127.0.0.1", destination.secondMaster());
        first.flushAll();
        second.flushAll();
        store = new DirectoryStore(backups);
    }

    @AfterEach
    void stop() {
        redis.close();
        first.close();
        second.close();
        source.close();
    }

    @Test
    void all_that_was_executed_is_replayed_and_any_moment_can_be_had() throws IOException, InterruptedException {
        redis.set("kept", "before");
        redis.set("undermoon:import:x", "not the clients'");
        redis.functionLoad("#!lua name=one\nredis.register_function('f', function() return 1 end)");
        redis.select(1);
        redis.set("mark", "of the proxy");
        redis.select(0);
        Instant middle;
        try (Running running = new Running();
                MixedLoad load = new MixedLoad(source.client(), 11, false)) {
            running.awaitBase();
            load.start();
            await().until(() -> load.commands() > MUCH);
            redis.set("kept", "middle");
            redis.functionLoad("#!lua name=two\nredis.register_function('g', function() return 2 end)");
            middle = awaitASecondMore(running);
            redis.set("kept", "after");
            await().until(() -> load.commands() > 2 * MUCH);
            load.stop();
            redis.del("undermoon:import:x");
        }
        StoredBackup backup = newest();
        assertThat(new Inspection(store).run(backup)).isEmpty();
        awaitNothingExpires();

        Restore.Result result = restore(Moment.at(backup, backup.last(), false), false);

        assertThat(Contents.differences(Contents.of(redis), Contents.of(List.of(first, second))))
                .isEmpty();
        assertThat(result.commands()).isGreaterThan(MUCH);
        assertThat(first.functionList()).hasSize(2);
        assertThat(second.functionList()).hasSize(2);

        restore(Moment.at(backup, middle, false), true);
        assertThat(get("kept")).isEqualTo("middle");
        restore(Moment.of(backup.manifest()), true);
        assertThat(get("kept")).isEqualTo("before");
    }

    /** What has expired by now must not be missing where a later command needs it. */
    @Test
    void keys_that_expire_before_the_restore_are_there_while_it_replays() throws IOException, InterruptedException {
        redis.hset("persisted", "early", "1");
        redis.pexpire("persisted", 4000);
        redis.sadd("{t}member", "a");
        redis.pexpire("{t}member", 4000);
        redis.set("short", "x", SetParams.setParams().px(4000));
        redis.set("long", "x", SetParams.setParams().px(100_000_000));
        try (Running running = new Running()) {
            running.awaitBase();
            redis.hset("persisted", "late", "1");
            redis.persist("persisted");
            redis.sunionstore("{t}union", "{t}member");
            redis.append("short", "y");
            redis.append("long", "y");
            redis.setex("later", 5, "z");
        }
        await().atMost(TIMEOUT)
                .until(() -> !redis.exists("short") && !redis.exists("{t}member") && !redis.exists("later"));

        restore(Moment.at(newest(), newest().last(), false), false);

        assertThat(Contents.of(List.of(first, second))).isEqualTo(Contents.of(redis));
        assertThat(Contents.of(redis)).containsOnlyKeys("persisted", "long", "{t}union");
    }

    @Test
    void what_came_before_all_keys_were_removed_does_not_come_back() throws IOException, InterruptedException {
        redis.set("before", "1");
        try (Running running = new Running()) {
            running.awaitBase();
            redis.set("between", "1");
            redis.flushAll();
            redis.set("after", "1");
        }
        restore(Moment.at(newest(), newest().last(), false), false);

        assertThat(Contents.of(List.of(first, second))).containsOnlyKeys("after");
    }

    /** As a proxy does with what a migration has left over. */
    @Test
    void keys_of_several_slots_are_removed_by_one_command() throws IOException, InterruptedException {
        redis.mset("a", "1", "b", "1", "c", "1", "kept", "1");
        try (Running running = new Running()) {
            running.awaitBase();
            redis.unlink("a", "b");
            redis.del("c", "never");
        }
        restore(Moment.at(newest(), newest().last(), false), false);

        assertThat(Contents.of(List.of(first, second))).containsOnlyKeys("kept");
    }

    @Test
    void a_damaged_file_is_found_before_anything_is_changed() throws IOException, InterruptedException {
        redis.set("a", "1");
        try (Running running = new Running()) {
            running.awaitBase();
        }
        StoredBackup backup = newest();
        Path snapshot =
                backups.resolve(backup.manifest().shards().get(0).snapshot().name());
        byte[] bytes = Files.readAllBytes(snapshot);
        bytes[bytes.length / 2] ^= 1;
        Files.write(snapshot, bytes);
        owner("there").set("there", "1");

        assertThat(new Inspection(store).run(backup)).singleElement().asString().contains(".rdb", "SHA-256");
        assertThatThrownBy(() -> restore(Moment.of(backup.manifest()), true)).hasMessageContaining("SHA-256");
        assertThat(get("there")).isEqualTo("1");
        Files.delete(snapshot);
        assertThat(new Inspection(store).run(backup)).singleElement().asString().endsWith(".rdb is missing");
    }

    @Test
    void an_interrupted_restore_is_known_and_begun_anew_and_keys_are_not_mixed()
            throws IOException, InterruptedException {
        redis.set("a", "1");
        try (Running running = new Running()) {
            running.awaitBase();
        }
        Moment moment = Moment.of(newest().manifest());
        owner("there").set("there", "1");
        assertThatThrownBy(() -> restore(moment, false))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("has 1 keys; say --replace");
        restore(moment, true);
        assertThat(Contents.of(List.of(first, second))).containsOnlyKeys("a");

        owner("half").set("half", "of a restore that was ended");
        owner("undermoon:restore").set("undermoon:restore", "shop/20261129T100000Z");
        restore(moment, false);
        assertThat(Contents.of(List.of(first, second))).containsOnlyKeys("a");

        owner("undermoon:restore:lock").set("undermoon:restore:lock", "another process");
        assertThatThrownBy(() -> restore(moment, true))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("another process restores");
        owner("undermoon:restore:lock").del("undermoon:restore:lock");
    }

    @Test
    void a_master_that_is_lost_has_the_next_backup_begin_and_leaves_no_half_one() throws Exception {
        redis.set("a", "1");
        try (Running running = new Running()) {
            running.awaitBase();
            String id = newest().manifest().id();
            redis.sendCommand(Command.CLIENT, "KILL", "TYPE", "replica");
            await("another backup")
                    .atMost(TIMEOUT)
                    .until(() -> !newest().manifest().id().equals(id));
        }
        assertThat(new Catalog(store).all(Optional.empty()))
                .hasSizeGreaterThan(1)
                .allSatisfy(
                        backup -> assertThat(new Inspection(store).run(backup)).isEmpty());
    }

    @Test
    void a_master_is_followed_with_a_password_and_through_tls() throws Exception {
        TestAuthority authority = new TestAuthority(directory, "nodes");
        TestAuthority.Identity identity = authority.issue("redis");
        int tlsPort = FreePort.any();
        List<String> options = new ArrayList<>(List.of("--requirepass", "se:cret"));
        options.addAll(List.of(RedisProcess.tls(tlsPort, authority, identity)));
        try (RedisProcess secured = RedisProcess.start(directory, options.toArray(String[]::new));
                Jedis client = secured.client()) {
            client.auth("se:cret");
            client.set("a", "1");
            HostPort master = new HostPort("127.0.0.1", tlsPort);
            Layout.Source layouts =
                    () -> new Layout("shop", 1, false, "disabled", Map.of(master, SlotRanges.ALL), List.of(master));
            Duration time = Duration.ofSeconds(10);
            Access access = new Access(null, "se:cret", TlsTrust.factory(authority.authorities()), time);
            Access wrong = new Access(null, "wrong", TlsTrust.factory(authority.authorities()), time);

            Manifest manifest =
                    new Backup(new BackupPlan("shop", layouts, access, store, 2000, time), line -> {}).run();

            assertThat(manifest.keys()).isEqualTo(1);
            assertThat(new Inspection(store).run(newest())).isEmpty();
            assertThatThrownBy(() ->
                            new Backup(new BackupPlan("cart", layouts, wrong, store, 2000, time), line -> {}).run())
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("WRONGPASS");
            assertThat(store.list("cart/")).isEmpty();
        }
    }

    /** A continuous backup of the source with a point each second. */
    private final class Running implements AutoCloseable {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final CompletableFuture<Boolean> done = new CompletableFuture<>();
        private final List<String> lines = new java.util.concurrent.CopyOnWriteArrayList<>();

        Running() {
            HostPort master = new HostPort("127.0.0.1", source.port());
            Layout.Source layouts =
                    () -> new Layout("shop", 1, false, "disabled", Map.of(master, SlotRanges.ALL), List.of(master));
            BackupPlan plan = new BackupPlan("shop", layouts, ACCESS, store, 2000, Duration.ofSeconds(10));
            Consumer<String> out = lines::add;
            Thread thread = new Thread(() -> {
                try {
                    new ContinuousBackup(plan, Duration.ofSeconds(1), Duration.ofHours(1), ended::get, out)
                            .run(manifest -> {});
                    done.complete(true);
                } catch (IOException | InterruptedException | RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
            thread.start();
        }

        void awaitBase() {
            await("a backup")
                    .atMost(TIMEOUT)
                    .until(() -> done.isDone()
                            || !new Catalog(store).all(Optional.empty()).isEmpty());
        }

        private int segments() {
            return (int)
                    lines.stream().filter(line -> line.startsWith("segment")).count();
        }

        @Override
        public void close() {
            ended.set(true);
            done.join();
        }
    }

    /** A time after what was written before, and before what comes after, in a segment that is stored. */
    private static Instant awaitASecondMore(Running running) throws InterruptedException {
        int segments = running.segments();
        await().atMost(TIMEOUT).until(() -> running.segments() > segments + 1);
        Instant time = Instant.now();
        await().atMost(TIMEOUT).until(() -> running.segments() > segments + 3);
        return time;
    }

    /** The load has set times of up to three seconds. */
    private void awaitNothingExpires() {
        await().atMost(TIMEOUT).until(() -> redis.keys("e:*").stream().noneMatch(key -> redis.pttl(key) > 0));
    }

    private StoredBackup newest() throws IOException {
        return new Catalog(store).newest("shop", Optional.empty());
    }

    private Restore.Result restore(Moment moment, boolean replace) throws IOException, InterruptedException {
        List<HostPort> proxies = List.of(new HostPort("127.0.0.1", destination.firstMaster()));
        Layout.Source layouts = () -> new Layout("shop", 1, false, "disabled", Map.of(), proxies);
        return new Restore(new RestorePlan(store, moment, layouts, ACCESS, replace, 2), line -> {}).run();
    }

    private Jedis owner(String key) {
        return io.undermoon.slot.Slot.of(key) < 8192 ? first : second;
    }

    private String get(String key) {
        return owner(key).get(key);
    }
}
