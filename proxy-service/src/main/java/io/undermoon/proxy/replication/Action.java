package io.undermoon.proxy.replication;

import java.util.List;

/** The one thing to do next about a node. */
sealed interface Action {
    /** Who carries actions out. */
    interface Effects {
        void ask();

        void apply(List<String> command, boolean copiesMaster);

        void authorize();

        void rest(int setbacks);
    }

    void perform(Effects effects);

    /** Ask the node how it is. */
    record Ask() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.ask();
        }
    }

    /** Give the node a role. */
    record Apply(WantedRole role, String verb) implements Action {
        @Override
        public void perform(Effects effects) {
            effects.apply(role.toCommand(verb), role.master() != null);
        }
    }

    /** Give the node what it needs to log in to its master. */
    record Authorize() implements Action {
        @Override
        public void perform(Effects effects) {
            effects.authorize();
        }
    }

    /** Wait: until the next check when there were no setbacks, else the shorter the fewer there were. */
    record Rest(int setbacks) implements Action {
        @Override
        public void perform(Effects effects) {
            effects.rest(setbacks);
        }
    }
}
