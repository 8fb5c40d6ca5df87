package io.undermoon.broker.store;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.broker.plan.Shrinking;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.testing.MutableClock;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.MigrationTask;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MigrationCommitsTest {
    private final MemoryStorage shared = new MemoryStorage(TestMetadata.withCluster(8, 1));
    private final MetadataWriter behind = writer(new DeafStorage(shared));

    @Test
    void finds_a_migration_that_another_broker_has_planned() {
        MetadataWriter other = writer(shared);
        other.change((state, context) -> Shrinking.shrink(state, context, DEMO, 4));
        StoredCluster cluster = other.state().clusters().get(DEMO);
        MigrationTask task = ClusterView.of(cluster).task(cluster.runningTasks().get(0));
        assertThat(behind.state().clusters().get(DEMO).tasks())
                .as("it is behind")
                .isEmpty();

        assertThat(commits(true).commit(task).toCompletableFuture()).isCompleted();
        assertThat(shared.load().state().clusters().get(DEMO).tasks())
                .hasSize(cluster.tasks().size() - 1);
        refuses(ErrorCode.MIGRATION_TASK_NOT_FOUND, () -> commits(true).commit(task));
    }

    @Test
    void changes_nothing_that_no_proxy_says_is_finished() {
        behind.change((state, context) -> Shrinking.shrink(state, context, DEMO, 4));
        Metadata before = behind.state();
        StoredCluster cluster = before.clusters().get(DEMO);
        MigrationTask task = ClusterView.of(cluster).task(cluster.runningTasks().get(0));
        assertThatThrownBy(
                        () -> commits(false).commit(task).toCompletableFuture().join())
                .hasMessageContaining("neither of them");
        assertThat(behind.state()).isEqualTo(before);
    }

    private MigrationCommits commits(boolean finished) {
        return new MigrationCommits(
                behind,
                task -> CompletableFuture.completedFuture(
                        new FinishedMigrations.Answer(finished, "neither of them does")),
                Runnable::run);
    }

    private static MetadataWriter writer(MetadataStorage storage) {
        return new MetadataWriter(storage, new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0), new MutableClock());
    }

    /** Tells of no change. */
    private record DeafStorage(MetadataStorage storage) implements MetadataStorage {
        @Override
        public Versioned load() {
            return storage.load();
        }

        @Override
        public WriteResult compareAndSet(String version, Metadata next) {
            return storage.compareAndSet(version, next);
        }

        @Override
        public void watch(Runnable onChange) {
            // It does not.
        }

        @Override
        public void close() {
            storage.close();
        }
    }
}
