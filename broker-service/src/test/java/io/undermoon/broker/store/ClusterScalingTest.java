package io.undermoon.broker.store;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.broker.plan.Clusters;
import io.undermoon.broker.plan.Commits;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.ProxyReport;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.testing.MutableClock;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ClusterScalingTest {
    private static final ClusterName OTHER = new ClusterName("other");

    private final ProxyDoubles proxies = new ProxyDoubles();
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void adds_nodes_waits_for_their_proxies_and_expands() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(4, 2));
        ClusterScaling scaling = scaling(metadata, Duration.ofSeconds(60));
        CompletableFuture<Void> scaled = scaling.scaleTo(DEMO, 8).toCompletableFuture();

        await().until(() -> proxies.rounds.get() > 2);
        assertThat(scaled).isNotDone();
        assertThat(cluster(metadata).nodeNumber()).isEqualTo(8);
        assertThat(cluster(metadata).runsMigrations()).isFalse();

        refuses(ErrorCode.NODE_NUMBER_CHANGING, () -> scaling.expand(DEMO));
        refuses(ErrorCode.CLUSTER_NOT_FOUND, () -> scaling.expand(OTHER));

        proxies.epoch = Optional.of(cluster(metadata).epoch());
        assertThat(scaled).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(cluster(metadata).runsMigrations()).isTrue();
        assertThat(metadata.state().operations())
                .singleElement()
                .satisfies(operation -> assertThat(operation.who()).isEqualTo("alice"));
        failsAs(scaling.scaleTo(DEMO, 8).toCompletableFuture(), ErrorCode.MIGRATION_RUNNING);
        refuses(
                ErrorCode.SLOTS_ALREADY_EVEN,
                () -> scaling(writer(TestMetadata.withCluster(4, 0)), Duration.ZERO)
                        .expand(DEMO));
    }

    @Test
    void gives_up_in_time_and_can_be_repeated() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(4, 2));
        ClusterScaling scaling = scaling(metadata, Duration.ofMillis(20));
        assertThatThrownBy(() -> scaling.scaleTo(DEMO, 8).toCompletableFuture().get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        UndermoonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROXY_NOT_SYNC));
        assertThat(cluster(metadata).nodeNumber()).isEqualTo(8);

        proxies.epoch = Optional.of(new Epoch(1000));
        assertThat(scaling.scaleTo(DEMO, 8).toCompletableFuture()).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(cluster(metadata).runsMigrations()).isTrue();
    }

    @Test
    void is_redirected_and_cancelled_while_it_waits() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(4, 4));
        ClusterScaling scaling = scaling(metadata, Duration.ofSeconds(60));
        CompletableFuture<Void> toEight = scaling.scaleTo(DEMO, 8).toCompletableFuture();
        CompletableFuture<Void> toTwelve = scaling.scaleTo(DEMO, 12).toCompletableFuture();
        failsAs(toEight, ErrorCode.NODE_NUMBER_CHANGING);
        assertThat(cluster(metadata).nodeNumber()).isEqualTo(12);
        assertThat(scaling.cancel(DEMO)).isTrue();
        assertThat(scaling.cancel(DEMO)).isFalse();
        failsAs(toTwelve, ErrorCode.NODE_NUMBER_CHANGING);
        assertThat(scaling.scaleTo(DEMO, 4).toCompletableFuture()).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(cluster(metadata).nodeNumber()).isEqualTo(4);
    }

    @Test
    void is_redirected_while_slots_move() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(12, 0));
        ClusterScaling scaling = scaling(metadata, Duration.ZERO);
        scaling.shrink(DEMO, 4);
        assertThat(scaling.scaleTo(DEMO, 8).toCompletableFuture()).succeedsWithin(10, TimeUnit.SECONDS);
        assertThat(cluster(metadata).tasks())
                .hasSize(4)
                .allSatisfy(task -> assertThat(task.meta().srcChunkIndex()).isEqualTo(2));
        failsAs(scaling.scaleTo(DEMO, 8).toCompletableFuture(), ErrorCode.MIGRATION_RUNNING);
        Metadata before = metadata.state();
        failsAs(scaling.scaleTo(DEMO, 16).toCompletableFuture(), ErrorCode.NO_AVAILABLE_RESOURCE);
        failsAs(scaling.scaleTo(DEMO, 7).toCompletableFuture(), ErrorCode.INVALID_NODE_NUMBER);
        assertThat(metadata.state()).isEqualTo(before);
    }

    @Test
    void waits_for_the_commit_of_what_cannot_be_cancelled_any_more() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(12, 0));
        ClusterScaling scaling = scaling(metadata, Duration.ZERO);
        scaling.shrink(DEMO, 8);
        List<MigratingSlots> tasks = cluster(metadata).runningTasks();
        proxies.abortAnswer = MigrationControl.Answer.Kind.ALREADY_SWITCHED;
        failsAs(scaling.scaleTo(DEMO, 4).toCompletableFuture(), ErrorCode.MIGRATION_RUNNING);
        assertThat(cluster(metadata).tasks()).isEqualTo(tasks);
    }

    @Test
    void empties_a_host_in_the_background() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(4, 2));
        ClusterScaling scaling = scaling(metadata, Duration.ZERO);
        scaling.drain("host1");
        assertThat(cluster(metadata).tasks()).hasSize(2);
        metadata.change((state, context) -> {
            Metadata next = state;
            for (MigratingSlots task : state.clusters().get(DEMO).tasks()) {
                next = Commits.commit(
                                next,
                                context,
                                ClusterView.of(next.clusters().get(DEMO)).task(task))
                        .state();
            }
            return Outcome.done(next);
        });
        scaling.advanceDrains();
        assertThat(cluster(metadata).nodeNumber()).as("clients still come").isEqualTo(8);
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());
        scaling.advanceDrains();
        assertThat(cluster(metadata).nodeNumber()).isEqualTo(4);
        assertThat(cluster(metadata).proxies()).doesNotContain(TestMetadata.proxy(1));
    }

    @Test
    void shrinks_without_waiting_and_removes_nodes_that_are_unused() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(8, 2));
        ClusterScaling scaling = scaling(metadata, Duration.ZERO);
        List<Node> added = scaling.addNodes(DEMO, 4);
        assertThat(added).hasSize(4);
        assertThat(scaling.scaleTo(DEMO, 8).toCompletableFuture()).isCompleted();
        assertThat(cluster(metadata).nodeNumber()).isEqualTo(8);
        assertThat(scaling.scaleTo(DEMO, 4).toCompletableFuture()).isCompleted();
        assertThat(cluster(metadata).tasks()).hasSize(2);
        assertThat(proxies.rounds).hasValue(0);
    }

    @Test
    void leaves_no_trace_when_there_are_not_enough_proxies() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(4, 1));
        Metadata before = metadata.state();
        ClusterScaling scaling = scaling(metadata, Duration.ZERO);
        failsAs(scaling.scaleTo(DEMO, 8).toCompletableFuture(), ErrorCode.NO_AVAILABLE_RESOURCE);
        failsAs(scaling.scaleTo(DEMO, 6).toCompletableFuture(), ErrorCode.INVALID_NODE_NUMBER);
        refuses(ErrorCode.NODE_NUM_ALREADY_ENOUGH, () -> scaling.growTo(DEMO, 4));
        refuses(ErrorCode.FREE_NODE_NOT_FOUND, () -> scaling.deleteFreeNodes(DEMO));
        assertThat(metadata.state()).isEqualTo(before);
    }

    @Test
    void fails_when_the_cluster_is_removed_while_it_waits() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(4, 2));
        CompletableFuture<Void> scaled =
                scaling(metadata, Duration.ofSeconds(60)).scaleTo(DEMO, 8).toCompletableFuture();
        metadata.change((state, context) -> Clusters.remove(state, DEMO));
        assertThat(scaled).failsWithin(10, TimeUnit.SECONDS);
        metadata.change((state, context) -> Clusters.create(state, context, DEMO, 4, ClusterConfig.DEFAULT));
    }

    @Test
    void recovers_above_the_highest_epoch_of_the_proxies() {
        MetadataWriter metadata = writer(TestMetadata.withCluster(4, 0));
        proxies.epoch = Optional.of(new Epoch(70));
        EpochRecovery recovery = new EpochRecovery(metadata, proxies::report, ForkJoinPool.commonPool());
        assertThat(recovery.recover(false).toCompletableFuture().join().unanswered())
                .isEmpty();
        assertThat(metadata.state().globalEpoch().value()).isEqualTo(72);
        assertThat(cluster(metadata).epoch().value()).isEqualTo(72);

        proxies.epoch = Optional.empty();
        assertThat(recovery.recover(false).toCompletableFuture().join().unanswered())
                .hasSize(2);
        assertThat(metadata.state().globalEpoch().value()).isEqualTo(73);
    }

    private ClusterScaling scaling(MetadataWriter metadata, Duration timeout) {
        return new ClusterScaling(
                metadata,
                proxies,
                new MigrationAborts(metadata, proxies, ForkJoinPool.commonPool()),
                new EmptyChunks(Duration.ofSeconds(30), nanos::get),
                ForkJoinPool.commonPool(),
                new ClusterScaling.EpochPolling(Duration.ofMillis(5), timeout));
    }

    private static MetadataWriter writer(Metadata state) {
        Thread handler = Thread.currentThread();
        ChangeCause request = new ChangeCause("alice", "POST");
        return new MetadataWriter(
                new MemoryStorage(state),
                new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0),
                new MutableClock(),
                () -> Thread.currentThread() == handler ? request : ChangeCause.BROKER);
    }

    private static void failsAs(CompletableFuture<Void> scaled, ErrorCode code) {
        assertThat(scaled)
                .failsWithin(10, TimeUnit.SECONDS)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        UndermoonException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static StoredCluster cluster(MetadataWriter metadata) {
        return metadata.state().clusters().get(DEMO);
    }

    /** Proxies that all have the same epoch, or none of which can be asked. */
    private static final class ProxyDoubles implements ProxyEpochs, MigrationControl {
        volatile MigrationControl.Answer.Kind abortAnswer = MigrationControl.Answer.Kind.AGREED;
        volatile Optional<Epoch> epoch = Optional.empty();
        final AtomicInteger rounds = new AtomicInteger();

        CompletionStage<Map<ProxyAddress, Optional<ProxyReport>>> report(Collection<ProxyAddress> asked) {
            return CompletableFuture.completedStage(asked.stream()
                    .collect(Collectors.toMap(
                            proxy -> proxy, proxy -> epoch.map(known -> new ProxyReport(known, Optional.empty())))));
        }

        @Override
        public CompletionStage<Map<ProxyAddress, Optional<Epoch>>> ask(Collection<ProxyAddress> asked) {
            rounds.incrementAndGet();
            return CompletableFuture.completedStage(
                    asked.stream().collect(Collectors.toMap(proxy -> proxy, proxy -> epoch)));
        }

        @Override
        public CompletionStage<Map<MigrationTask, MigrationControl.Answer>> abort(Collection<MigrationTask> tasks) {
            return CompletableFuture.completedStage(tasks.stream()
                    .collect(Collectors.toMap(task -> task, task -> new MigrationControl.Answer(abortAnswer, "said"))));
        }
    }
}
