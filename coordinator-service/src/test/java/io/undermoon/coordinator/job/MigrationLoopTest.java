package io.undermoon.coordinator.job;

import static io.undermoon.coordinator.testing.Fixtures.ORDERS;
import static io.undermoon.coordinator.testing.Fixtures.cluster;
import static io.undermoon.coordinator.testing.Fixtures.coming;
import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static io.undermoon.coordinator.testing.Fixtures.leaving;
import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static io.undermoon.coordinator.testing.Fixtures.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.undermoon.coordinator.migrate.MigrationCommit;
import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.sync.MetadataPush;
import io.undermoon.coordinator.sync.ProxyStatuses;
import io.undermoon.coordinator.testing.FakeBroker;
import io.undermoon.coordinator.testing.FakeClock;
import io.undermoon.coordinator.testing.FakeProxies;
import io.undermoon.coordinator.testing.RecordingMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MigrationLoopTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final FakeBroker broker = new FakeBroker();
    private final FakeProxies proxies = new FakeProxies();
    private final FakeClock clock = new FakeClock();
    private final ProxyStatuses statuses = new ProxyStatuses();
    private final RecordingMetrics metrics = new RecordingMetrics();
    private final MetadataPush push = new MetadataPush(
            broker,
            proxies,
            statuses,
            metrics,
            new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(30), clock),
            () -> true);
    private final MigrationLoop loop = new MigrationLoop(
            new MigrationCommit(broker, proxies, statuses, push, metrics, new KeyedExecutor("test", Runnable::run, 4)),
            new LoopRunner(
                    new MicrometerMetrics(new SimpleMeterRegistry()),
                    new Heartbeat(ScheduledLoops.LOOPS, clock),
                    clock),
            INTERVAL,
            clock);

    @Test
    void rests_for_an_interval_while_no_slots_move() {
        assertThat(loop.step()).isEqualTo(INTERVAL);
        clock.pass(INTERVAL);
        assertThat(loop.step()).isEqualTo(INTERVAL);
        assertThat(broker.calls.stream().filter("epoch"::equals)).hasSize(2);
    }

    @Test
    void a_finished_move_is_committed_before_the_next_round() {
        broker.put(cluster(ORDERS, 9, Map.of(1, List.of(leaving(0, 99, 1, 2)), 2, List.of(coming(0, 99, 1, 2)))));
        statuses.answered(proxy(1), Optional.of(epoch(9)));
        Duration pause = loop.step();
        assertThat(pause).isEqualTo(MigrationLoop.WHILE_SLOTS_MOVE);
        clock.pass(pause);
        proxies.finished.put(proxy(1), List.of(task(leaving(0, 99, 1, 2))));
        pause = loop.step();
        assertThat(broker.calls).contains("commit 0-99").containsOnlyOnce("epoch");
        assertThat(pause).isEqualTo(INTERVAL.minus(MigrationLoop.WHILE_SLOTS_MOVE));
    }
}
