package io.undermoon.coordinator.migrate;

import static io.undermoon.coordinator.testing.Fixtures.ORDERS;
import static io.undermoon.coordinator.testing.Fixtures.cluster;
import static io.undermoon.coordinator.testing.Fixtures.coming;
import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static io.undermoon.coordinator.testing.Fixtures.leaving;
import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static io.undermoon.coordinator.testing.Fixtures.stable;
import static io.undermoon.coordinator.testing.Fixtures.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.port.MetadataSource.CommitOutcome;
import io.undermoon.coordinator.port.MetadataSource.ProgressReport;
import io.undermoon.coordinator.sync.MetadataPush;
import io.undermoon.coordinator.sync.ProxyStatuses;
import io.undermoon.coordinator.testing.FakeBroker;
import io.undermoon.coordinator.testing.FakeProxies;
import io.undermoon.coordinator.testing.RecordingMetrics;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.MigrationProgress.Side;
import io.undermoon.umctl.MigrationProgress.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MigrationCommitTest {
    private final FakeBroker broker = new FakeBroker();
    private final FakeProxies proxies = new FakeProxies();
    private final ProxyStatuses statuses = new ProxyStatuses();
    private final RecordingMetrics metrics = new RecordingMetrics();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final MetadataPush push = new MetadataPush(
            broker,
            proxies,
            statuses,
            metrics,
            new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(30), System::nanoTime),
            () -> true);
    private final MigrationCommit commits =
            new MigrationCommit(broker, proxies, statuses, push, metrics, new KeyedExecutor("test", threads, 4));

    @BeforeEach
    void a_cluster_moves_slots_from_proxy_1_to_proxy_2() {
        broker.put(cluster(
                ORDERS,
                9,
                Map.of(
                        1, List.of(stable(0, 99), leaving(100, 199, 1, 2)),
                        2, List.of(coming(100, 199, 1, 2)),
                        3, List.of(stable(200, 16383)))));
        for (int n = 1; n <= 5; n++) {
            statuses.answered(proxy(n), Optional.of(epoch(9)));
        }
        broker.put(cluster(new ClusterName("quiet"), 8, Map.of(5, List.of(stable(0, 16383)))));
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void commits_once_what_both_sides_report_and_pushes_the_destination_first() {
        proxies.finished.put(proxy(1), List.of(task(leaving(100, 199, 1, 2))));
        proxies.finished.put(proxy(2), List.of(task(coming(100, 199, 1, 2))));
        commits.round();
        assertThat(calls("commit")).containsExactly("commit 100-199");
        assertThat(proxies.pushes).containsExactly(proxy(2), proxy(1));
        assertThat(metrics.entries()).contains("commit COMMITTED");
    }

    @Test
    void reads_the_migrations_only_when_the_epoch_of_the_broker_has_changed() {
        commits.round();
        assertThat(calls("cluster ")).containsExactly("cluster orders");
        broker.calls.clear();
        commits.round();
        commits.round();
        assertThat(broker.calls).containsOnly("epoch");
        broker.epoch = epoch(10);
        commits.round();
        assertThat(broker.calls).contains("names");
    }

    @Test
    void does_not_ask_proxies_that_do_not_take_part() {
        proxies.finished.put(proxy(3), List.of(task(coming(100, 199, 1, 2))));
        commits.round();
        assertThat(calls("commit")).isEmpty();
    }

    @Test
    void a_task_unknown_to_the_broker_is_committed_once_only() {
        sourceHasFinished();
        broker.commits.put(task(leaving(100, 199, 1, 2)), CommitOutcome.GONE);
        commits.round();
        commits.round();
        assertThat(metrics.entries()).containsExactly("commit GONE");
        assertThat(proxies.pushes).isEmpty();
        broker.epoch = epoch(10);
        commits.round();
        assertThat(calls("commit")).hasSize(2);
    }

    @Test
    void a_busy_broker_is_asked_again_by_the_next_round() {
        sourceHasFinished();
        broker.commits.put(task(leaving(100, 199, 1, 2)), CommitOutcome.RETRY);
        commits.round();
        assertThat(proxies.pushes).isEmpty();
        broker.commits.clear();
        commits.round();
        assertThat(proxies.pushes).containsExactly(proxy(2), proxy(1));
    }

    @Test
    void does_not_ask_proxies_that_do_not_answer_probes() {
        statuses.failed(proxy(1));
        sourceHasFinished();
        commits.round();
        assertThat(calls("commit")).isEmpty();
    }

    @Test
    void commits_what_its_source_reports_as_the_broker_knows_it_and_nothing_else() {
        proxies.finished.put(proxy(2), List.of(task(coming(100, 199, 1, 2)), task(leaving(100, 199, 1, 2))));
        proxies.finished.put(
                proxy(1),
                List.of(task(leaving(100, 198, 1, 2)), task(leaving(100, 199, 1, 3)), task(coming(100, 199, 1, 2))));
        commits.round();
        assertThat(calls("commit")).isEmpty();
    }

    @Test
    void a_dead_destination_does_not_stop_the_commit() {
        proxies.dead.add(proxy(2));
        sourceHasFinished();
        commits.round();
        assertThat(calls("commit")).hasSize(1);
        assertThat(metrics.entries()).contains("pushed APPLIED", "push failed");
    }

    @Test
    void aborts_at_the_broker_what_its_source_has_aborted() {
        proxies.progress.put(proxy(1), List.of(progress(leaving(100, 199, 1, 2), Side.SOURCE, State.ABORTED)));
        broker.abortsDone = false;
        commits.round();
        assertThat(proxies.pushes).isEmpty();
        broker.abortsDone = true;
        commits.round();
        commits.round();
        assertThat(calls("abort")).containsExactly("abort 100-199", "abort 100-199");
        assertThat(proxies.pushes).containsExactly(proxy(2), proxy(1));
        assertThat(metrics.entries()).contains("migration aborted");
    }

    @Test
    void reports_the_progress_of_running_migrations() {
        MigrationProgress source = progress(leaving(100, 199, 1, 2), Side.SOURCE, State.COPYING);
        MigrationProgress destination = progress(coming(100, 199, 1, 2), Side.DESTINATION, State.IMPORTING);
        proxies.progress.put(proxy(1), List.of(source, progress(leaving(7, 8, 1, 2), Side.SOURCE, State.COPYING)));
        proxies.progress.put(proxy(2), List.of(destination));
        commits.round();
        assertThat(broker.progress)
                .containsExactlyInAnyOrder(new ProgressReport(ORDERS, source), new ProgressReport(ORDERS, destination));
    }

    @Test
    void commits_between_rounds_what_has_finished_and_asks_the_broker_for_nothing_else() {
        assertThat(commits.areRunning()).isFalse();
        commits.round();
        assertThat(commits.areRunning()).isTrue();
        broker.calls.clear();
        commits.endFinished();
        assertThat(broker.calls).isEmpty();
        sourceHasFinished();
        commits.endFinished();
        assertThat(calls("commit")).containsExactly("commit 100-199");
        assertThat(proxies.pushes).containsExactly(proxy(2), proxy(1));
        assertThat(commits.areRunning()).isFalse();
    }

    private void sourceHasFinished() {
        proxies.finished.put(proxy(1), List.of(task(leaving(100, 199, 1, 2))));
    }

    private static MigrationProgress progress(TaggedSlots task, Side side, State state) {
        return new MigrationProgress(task, side, state, 1, 2, 1, 100, 0, 50, 20, 2000, 1, 0, 0, "");
    }

    private List<String> calls(String prefix) {
        return broker.calls.stream().filter(call -> call.startsWith(prefix)).toList();
    }
}
