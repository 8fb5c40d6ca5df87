package io.undermoon.dev.backups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.restore.Moment;
import io.undermoon.dev.backups.restore.Restore;
import io.undermoon.dev.backups.restore.RestorePlan;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.DirectoryStore;
import io.undermoon.dev.backups.take.Backup;
import io.undermoon.dev.backups.take.BackupPlan;
import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.clusterclient.RedirectedConnection;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.testing.OrderedWriter;
import io.undermoon.dev.testing.RedisClusterProcesses;
import io.undermoon.dev.testing.RedisProcess;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Two masters that are written to in turns: what is restored is what both had at one moment. */
class AgreedPointIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Access ACCESS = new Access(null, null, null, Duration.ofSeconds(10));
    private static final int BACKUPS = 4;
    private static final int ROUNDS = 300;
    private static final long HOLD_MILLIS = 1000;

    /** In turns of the second and the first master. */
    private static final List<String> KEYS = List.of("a", "b", "d", "c", "e", "f");

    @TempDir
    private static Path directory;

    @TempDir
    private Path backups;

    private static RedisClusterProcesses source;
    private static Map<HostPort, SlotRanges> masters;

    @BeforeAll
    static void start() throws IOException {
        source = RedisClusterProcesses.start(directory);
        masters = new LinkedHashMap<>();
        masters.put(new HostPort("127.0.0.1", source.firstMaster()), SlotRanges.of(0, 8191));
        masters.put(new HostPort("127.0.0.1", source.secondMaster()), SlotRanges.of(8192, 16383));
    }

    @AfterAll
    static void stop() {
        source.close();
    }

    @Test
    void a_later_write_is_never_there_without_the_one_before() throws IOException, InterruptedException {
        BackupStore store = new DirectoryStore(backups);
        List<Manifest> taken = new ArrayList<>();
        try (OrderedWriter writer = new OrderedWriter(KEYS, AgreedPointIT::open)) {
            for (int i = 0; i < BACKUPS; i++) {
                long rounds = writer.rounds();
                await().atMost(TIMEOUT).until(() -> writer.rounds() > rounds + ROUNDS);
                // In the same second it would have the same name.
                Instant last = Instant.now().truncatedTo(ChronoUnit.SECONDS);
                await().atMost(TIMEOUT).until(() -> Instant.now().isAfter(last.plusSeconds(1)));
                taken.add(new Backup(plan(store, AgreedPointIT::layout), line -> {}).run());
            }
            assertThat(writer.problem()).isEmpty();
        }
        try (RedisProcess destination = RedisProcess.start(directory);
                Jedis redis = destination.client()) {
            for (Manifest manifest : taken) {
                HostPort server = new HostPort("127.0.0.1", destination.port());
                Layout.Source layouts = () -> new Layout("one", 1, false, "disabled", Map.of(), List.of(server));
                new Restore(new RestorePlan(store, Moment.of(manifest), layouts, ACCESS, true, 2), line -> {}).run();
                List<Long> counts = new ArrayList<>();
                KEYS.forEach(key -> counts.add(Long.parseLong(redis.get(key))));
                for (int i = 1; i < counts.size(); i++) {
                    assertThat(counts.get(i)).as("%s", counts).isBetween(counts.get(0) - 1, counts.get(i - 1));
                }
                assertThat(manifest.heldMillis()).isLessThanOrEqualTo(HOLD_MILLIS);
                assertThat(counts.get(0)).isPositive();
            }
        }
    }

    @Test
    void a_cluster_that_changes_while_writers_are_held_has_it_tried_again() throws IOException, InterruptedException {
        BackupStore store = new DirectoryStore(backups);
        AtomicInteger calls = new AtomicInteger();
        // The layout is asked for at the beginning, then before and after each hold.
        Layout.Source changing = () -> layout(calls.incrementAndGet() == 3 ? 2 : 1);
        List<String> lines = new ArrayList<>();

        new Backup(plan(store, changing), lines::add).run();

        assertThat(lines).anySatisfy(line -> assertThat(line).contains("the cluster changes"));
        assertThat(calls).hasValue(5);
    }

    @Test
    void what_is_no_whole_cluster_or_moves_for_too_long_is_refused() throws IOException {
        BackupStore store = new DirectoryStore(backups);
        Layout.Source moving = () -> new Layout("shop", 1, true, "disabled", masters, List.of());
        Layout.Source half = () -> new Layout(
                "shop",
                1,
                false,
                "disabled",
                Map.of(new HostPort("127.0.0.1", source.firstMaster()), SlotRanges.of(0, 8191)),
                List.of());

        assertThatThrownBy(() -> new Backup(plan(store, moving), line -> {}).run())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("have not ceased to move within 1 s");
        assertThatThrownBy(() -> new Backup(plan(store, half), line -> {}).run())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("8192 slots without a master");
        assertThat(store.list("")).isEmpty();
    }

    @Test
    void a_replica_in_the_place_of_a_master_is_noticed_and_nothing_is_left() throws IOException {
        BackupStore store = new DirectoryStore(backups);
        Map<HostPort, SlotRanges> other = new LinkedHashMap<>();
        other.put(new HostPort("127.0.0.1", source.replica()), SlotRanges.of(0, 8191));
        other.put(new HostPort("127.0.0.1", source.secondMaster()), SlotRanges.of(8192, 16383));
        Layout.Source wrong = () -> new Layout("shop", 1, false, "disabled", other, List.of());

        assertThatThrownBy(() -> new Backup(plan(store, wrong), line -> {}).run())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("no backup was taken")
                .hasMessageContaining("is no longer the master that was followed");
        assertThat(store.list("")).isEmpty();
    }

    private static BackupPlan plan(BackupStore store, Layout.Source layouts) {
        return new BackupPlan("shop", layouts, ACCESS, store, HOLD_MILLIS, Duration.ofSeconds(1));
    }

    private static Layout layout() {
        return layout(1);
    }

    private static Layout layout(long epoch) {
        return new Layout("shop", epoch, false, "disabled", masters, List.of());
    }

    private static RedirectedConnection open() throws IOException {
        return RedirectedConnection.open(
                new ClientSettings(List.copyOf(masters.keySet()), null, TIMEOUT, true), address -> {});
    }
}
