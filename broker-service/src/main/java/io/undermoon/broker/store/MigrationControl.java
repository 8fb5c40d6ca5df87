package io.undermoon.broker.store;

import io.undermoon.metadata.MigrationTask;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A port to proxies: asks the sources of migrations never to switch them. */
@FunctionalInterface
public interface MigrationControl {
    /** Asks all sources in parallel, with a time limit. The answer has every task as a key. */
    CompletionStage<Map<MigrationTask, Answer>> abort(Collection<MigrationTask> tasks);

    /**
     * The answer of a source.
     *
     * @param message the text of its reply, or why there is none
     */
    record Answer(Kind kind, String message) {
        /** The meaning of an answer. */
        public enum Kind {
            /** The source will not switch the migration. */
            AGREED,
            /** The slots belong to the destination already. */
            ALREADY_SWITCHED,
            /** The source does not know the migration, and may still receive it, or it cannot give it up. */
            REFUSED,
            /** No answer came; the source may or may not have received the request. */
            NO_ANSWER
        }
    }
}
