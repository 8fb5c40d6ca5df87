package io.undermoon.dev.clusterclient;

/** Receives the outcomes and redirections of clients. Thread-safe: many clients share one. */
public interface Observer {
    /**
     * A command has ended, with any outcome.
     *
     * @param nanos from the first attempt to the end of the last, redirections included
     */
    void done(Outcome outcome, long nanos);

    /** A client was redirected, or told to try again. */
    void redirected(Redirection.Kind kind);

    /** Does nothing. */
    Observer NONE = new Observer() {
        @Override
        public void done(Outcome outcome, long nanos) {}

        @Override
        public void redirected(Redirection.Kind kind) {}
    };
}
