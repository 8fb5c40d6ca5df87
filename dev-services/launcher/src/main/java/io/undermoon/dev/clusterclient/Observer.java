package io.undermoon.dev.clusterclient;

/** Told what a client meets on its way. Thread-safe: many clients share one. */
public interface Observer {
    /**
     * A command is done, whatever became of it.
     *
     * @param nanos from the first attempt to the end of the last, redirections included
     */
    void done(Outcome outcome, long nanos);

    /** A client was sent elsewhere, or asked to come again. */
    void redirected(Redirection.Kind kind);

    /** Takes no note. */
    Observer NONE = new Observer() {
        @Override
        public void done(Outcome outcome, long nanos) {}

        @Override
        public void redirected(Redirection.Kind kind) {}
    };
}
