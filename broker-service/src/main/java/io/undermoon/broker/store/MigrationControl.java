package io.undermoon.broker.store;

import io.undermoon.metadata.MigrationTask;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Asks the sources of migrations never to switch them. */
@FunctionalInterface
public interface MigrationControl {
    /** Asks all of them at the same time, within a time limit of its own. Every task is in the answer. */
    CompletionStage<Map<MigrationTask, Answer>> abort(Collection<MigrationTask> tasks);

    /**
     * What a source said.
     *
     * @param message its words, or why there are none
     */
    record Answer(Kind kind, String message) {
        /** Its meaning. */
        public enum Kind {
            /** The migration will not be switched. */
            AGREED,
            /** The slots are with the destination already. */
            ALREADY_SWITCHED,
            /** The source does not know the migration, which it may still learn of; or it cannot give it up. */
            REFUSED,
            /** The source could not be asked; it may or may not have heard. */
            NO_ANSWER
        }
    }
}
