package io.undermoon.broker.store;

import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Aborts;
import io.undermoon.broker.plan.Shrinking;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.testing.MutableClock;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.MigrationProgress.Side;
import io.undermoon.umctl.MigrationProgress.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MigrationProgressCacheTest {
    private final AtomicLong nanos = new AtomicLong();
    private final MetadataWriter metadata = new MetadataWriter(
            new MemoryStorage(Shrinking.shrink(TestMetadata.withCluster(8, 0), CONTEXT, DEMO, 4)
                    .state()),
            new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0),
            new MutableClock());
    private final MigrationProgressCache progressCache = new MigrationProgressCache(metadata, nanos::get);
    private final MigratingSlots stored =
            metadata.state().clusters().get(DEMO).tasks().get(0);
    private final MigrationTask task =
            ClusterView.of(metadata.state().clusters().get(DEMO)).task(stored);

    @Test
    void keeps_the_newest_report_of_each_side_for_a_while() {
        post(DEMO, progress(task.slotRange(), Side.SOURCE, State.PREPARING, ""));
        post(DEMO, progress(task.slotRange(), Side.SOURCE, State.COPYING, ""));
        TaggedSlots coming = new TaggedSlots(
                task.slotRange().rangeList(),
                new SlotState.Importing(task.slotRange().migration().orElseThrow()));
        post(DEMO, progress(coming, Side.DESTINATION, State.IMPORTING, ""));
        assertThat(progressCache.latest(task, Side.SOURCE))
                .map(MigrationProgress::state)
                .contains(State.COPYING);
        assertThat(progressCache.latest(task, Side.DESTINATION))
                .map(MigrationProgress::state)
                .contains(State.IMPORTING);
        nanos.addAndGet(Duration.ofSeconds(16).toNanos());
        assertThat(progressCache.latest(task, Side.SOURCE)).isEmpty();
    }

    @Test
    void does_not_keep_what_is_about_nothing_that_runs() {
        post(new ClusterName("other"), progress(task.slotRange(), Side.SOURCE, State.COPYING, ""));
        assertThat(progressCache.latest(task, Side.SOURCE)).isEmpty();
        post(DEMO, progress(task.slotRange(), Side.SOURCE, State.COPYING, ""));
        metadata.change((state, context) -> Aborts.withdraw(state, context, DEMO, List.of(stored)));
        progressCache.prune();
        assertThat(progressCache.latest(task, Side.SOURCE)).isEmpty();
        post(DEMO, progress(task.slotRange(), Side.SOURCE, State.COPYING, ""));
        assertThat(progressCache.latest(task, Side.SOURCE)).isEmpty();
    }

    @Test
    void keeps_no_endless_errors() {
        post(DEMO, progress(task.slotRange(), Side.SOURCE, State.COPYING, "x".repeat(100_000)));
        assertThat(progressCache.latest(task, Side.SOURCE).orElseThrow().error())
                .hasSizeLessThan(1000);
    }

    private void post(ClusterName cluster, MigrationProgress progress) {
        progressCache.accept(List.of(new MigrationProgressCache.Report(cluster, progress)));
    }

    private static MigrationProgress progress(TaggedSlots slots, Side side, State state, String error) {
        return new MigrationProgress(slots, side, state, 1, 2, 1, 100, 0, 50, 20, 2000, 1, 0, 0, error);
    }
}
