package io.undermoon.proxy.migration;

import io.undermoon.proxy.migration.record.MigrationRecord;
import org.jspecify.annotations.Nullable;

/** What the source side of a migration is to do next, as {@link SourceMove} decides. */
sealed interface Action {
    void perform(Effects effects);

    /** Who does it. Each answers by the event that {@link SourceMove} has for it; what has failed answers by {@code failed}. */
    interface Effects {
        void look();

        void writeHere(@Nullable MigrationRecord expected, MigrationRecord next);

        void writeThere(@Nullable MigrationRecord expected, MigrationRecord next);

        void precheck();

        void prepare();

        void copy();

        void hold();

        void offer();

        void pause(int failures);

        void rest();
    }

    /** Read the records of both sides. */
    record Look() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.look();
        }
    }

    /** Replace the record at the source, if it still is the expected one. */
    record WriteHere(@Nullable MigrationRecord expected, MigrationRecord next) implements Action {
        @Override
        public void perform(Effects effects) {
            effects.writeHere(expected, next);
        }
    }

    /** Replace the record at the destination, if it still is the expected one. */
    record WriteThere(@Nullable MigrationRecord expected, MigrationRecord next) implements Action {
        @Override
        public void perform(Effects effects) {
            effects.writeThere(expected, next);
        }
    }

    /** Ask the destination proxy whether it knows of the migration. */
    record Precheck() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.precheck();
        }
    }

    /** Attach to the source's stream of changes and empty the slots at the destination. */
    record Prepare() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.prepare();
        }
    }

    /** Copy, or go on copying, until what is missing is little. */
    record Copy() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.copy();
        }
    }

    /** Wait for commands in flight and copy what is missing, within the time that commands may be held. */
    record Hold() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.hold();
        }
    }

    /** Tell the destination proxy that the slots are its own. */
    record Offer() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.offer();
        }
    }

    /** Stop copying, and wait; the longer, the more attempts have failed. */
    record Pause(int failures) implements Action {
        @Override
        public void perform(Effects effects) {
            effects.pause(failures);
        }
    }

    /** Stop copying: there is nothing more to do. */
    record Rest() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.rest();
        }
    }
}
