package io.undermoon.broker.store;

import io.undermoon.broker.plan.Commits;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.MigrationTask;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Commits migrations that have finished. The caller is not believed: a proxy that takes part has to say so, because a
 * commit before the switch would give the slots to a destination that has not got their keys.
 */
public final class MigrationCommits {
    private final MetadataWriter metadata;
    private final FinishedMigrations finished;
    private final Executor executor;

    /**
     * @param executor runs what blocks
     */
    public MigrationCommits(MetadataWriter metadata, FinishedMigrations finished, Executor executor) {
        this.metadata = metadata;
        this.finished = finished;
        this.executor = executor;
    }

    /**
     * Commits a migration.
     *
     * @return completes when that is stored; fails with an {@link UndermoonException}, {@code MIGRATION_NOT_FINISHED}
     *     if neither of its proxies says that it has finished
     * @throws UndermoonException if there is no such migration
     */
    public CompletionStage<?> commit(MigrationTask task) {
        // A change without an effect: the storage confirms a refusal, also where this broker is behind another.
        ChangeCause cause = metadata.cause();
        metadata.change((state, context) -> {
            Commits.commit(state, context, task);
            return Outcome.done(state);
        });
        return finished.ask(task)
                .thenApplyAsync(
                        answer -> {
                            if (!answer.isFinished()) {
                                throw new UndermoonException(
                                        ErrorCode.MIGRATION_NOT_FINISHED,
                                        "no proxy says that the migration of slots "
                                                + task.slotRange().rangeList() + " has finished: " + answer.message());
                            }
                            return metadata.change(cause, (state, context) -> Commits.commit(state, context, task));
                        },
                        executor);
    }
}
