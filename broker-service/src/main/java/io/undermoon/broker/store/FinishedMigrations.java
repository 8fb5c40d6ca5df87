package io.undermoon.broker.store;

import io.undermoon.metadata.MigrationTask;
import java.util.concurrent.CompletionStage;

/** A port to proxies: asks whether a migration has finished, so that its slots belong to the destination. */
@FunctionalInterface
public interface FinishedMigrations {
    /** Asks the source and the destination at the same time, with a time limit. */
    CompletionStage<Answer> ask(MigrationTask task);

    /**
     * What the two say.
     *
     * @param isFinished whether one of them says so
     * @param message what each of them says otherwise
     */
    record Answer(boolean isFinished, String message) {}
}
