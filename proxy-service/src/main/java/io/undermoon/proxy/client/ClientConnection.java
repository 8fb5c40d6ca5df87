package io.undermoon.proxy.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A client's connection, as far as commands of other clients reach it. Everything may be called from any thread. */
public interface ClientConnection {
    /** No connection; nothing happens. */
    ClientConnection NONE = new ClientConnection() {
        @Override
        public void close() {
            // There is nothing to close.
        }

        @Override
        public CompletionStage<Boolean> unblock(boolean withError) {
            return CompletableFuture.completedFuture(false);
        }

        @Override
        public void checkLimits() {
            // There is nothing that could be too much.
        }

        @Override
        public ClientFigures figures() {
            return ClientFigures.NONE;
        }
    };

    /** Closes it at once; replies that are owed are lost. */
    void close();

    /**
     * Ends the waiting of a command that blocks, if one does.
     *
     * @param withError whether the client gets an error instead of the reply it gets when the time is over
     * @return whether one did; a command that found what it waits for in the same moment is not unblocked
     */
    CompletionStage<Boolean> unblock(boolean withError);

    /** Obeys limits that have changed, and closes if one is exceeded by now. */
    void checkLimits();

    /** What the connection holds now. */
    ClientFigures figures();
}
