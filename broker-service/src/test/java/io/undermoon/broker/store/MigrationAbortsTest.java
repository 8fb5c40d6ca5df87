package io.undermoon.broker.store;

import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Aborts;
import io.undermoon.broker.plan.Commits;
import io.undermoon.broker.plan.Failover;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.plan.Shrinking;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.store.MigrationAborts.AbortStatus;
import io.undermoon.broker.store.MigrationControl.Answer;
import io.undermoon.broker.testing.MutableClock;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What may happen at the broker while sources are asked. */
class MigrationAbortsTest {
    private static final PlanContext ONE_AT_A_TIME = new PlanContext(1_700_000_000, 60, 1, 1);

    private final MetadataWriter metadata = new MetadataWriter(
            new MemoryStorage(Shrinking.shrink(TestMetadata.withCluster(8, 1), ONE_AT_A_TIME, DEMO, 4)
                    .state()),
            new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 1),
            new MutableClock());

    @Test
    void leaves_alone_what_a_failover_restarts_meanwhile() {
        List<MigrationAborts.Result> results = abort(task -> metadata.change((state, context) -> Failover.failOver(
                state,
                context,
                task.slotRange().migration().map(MigrationMeta::srcProxyAddress).orElseThrow(),
                false)));
        assertThat(results).extracting(MigrationAborts.Result::status).contains(AbortStatus.CHANGED);
        assertThat(tasksAfter()).isNotEmpty();
    }

    @Test
    void leaves_alone_what_is_committed_meanwhile() {
        List<MigrationAborts.Result> results =
                abort(task -> metadata.change((state, context) -> Commits.commit(state, context, task)));
        assertThat(results)
                .extracting(MigrationAborts.Result::status)
                .containsExactly(AbortStatus.ABORTED, AbortStatus.CHANGED);
        assertThat(tasksAfter()).isEmpty();
    }

    @Test
    void starts_nothing_of_what_it_takes_back() {
        Metadata before = metadata.state();
        List<MigrationAborts.Result> results = abort(task -> assertThat(tasksAfter())
                .as("the running ones only")
                .allSatisfy(left -> assertThat(left.waiting()).isFalse()));
        assertThat(results).extracting(MigrationAborts.Result::status).containsOnly(AbortStatus.ABORTED);
        assertThat(results).hasSize(before.clusters().get(DEMO).tasks().size());
        assertThat(tasksAfter()).isEmpty();
    }

    /** @param meanwhile what happens for each task while its source says yes */
    private List<MigrationAborts.Result> abort(Consumer<MigrationTask> meanwhile) {
        MigrationControl agreeing = tasks -> {
            tasks.forEach(meanwhile);
            return CompletableFuture.completedStage(tasks.stream()
                    .collect(Collectors.toMap(task -> task, task -> new Answer(Answer.Kind.AGREED, "OK"))));
        };
        return new MigrationAborts(metadata, agreeing, Runnable::run)
                .abort(DEMO, new Aborts.Selection(Optional.empty(), Optional.empty()))
                .toCompletableFuture()
                .join();
    }

    private List<MigratingSlots> tasksAfter() {
        return metadata.state().clusters().get(DEMO).tasks();
    }
}
