package io.undermoon.proxy.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The connection of a client, as commands of other clients use it. Methods are callable from any thread. */
public interface ClientConnection {
    /** The absent connection: every operation is a no-op. */
    ClientConnection NONE = new ClientConnection() {
        @Override
        public void close() {
            // no connection
        }

        @Override
        public CompletionStage<Boolean> unblock(boolean withError) {
            return CompletableFuture.completedFuture(false);
        }

        @Override
        public void checkLimits() {
            // no connection
        }

        @Override
        public void checkMemory() {
            // no connection
        }

        @Override
        public void memoryFreed() {
            // no connection
        }

        @Override
        public void evict() {
            // no connection
        }

        @Override
        public void refuse() {
            // no connection
        }

        @Override
        public void invalidate(byte @Nullable [] keys) {
            // no connection
        }

        @Override
        public ClientFigures figures() {
            return ClientFigures.NONE;
        }
    };

    /** Closes the connection at once; pending replies are lost. */
    void close();

    /**
     * Ends a blocking command, if one is in progress.
     *
     * @param withError whether the client gets an error instead of the reply of a timeout
     * @return whether a command was unblocked; false also when the command completed at the same time
     */
    CompletionStage<Boolean> unblock(boolean withError);

    /** Applies changed limits, and closes the connection when it exceeds one. */
    void checkLimits();

    /** Counts again what the client holds of the {@link ClientMemory}. */
    void checkMemory();

    /** Goes on after {@link ClientMemory#await}. */
    void memoryFreed();

    /** Closes the connection because clients hold too much memory, and this one most. */
    void evict();

    /** Closes the connection with an error, unless it was admitted, because there are too many clients. */
    void refuse();

    /**
     * Passes on the invalidation message of another client that tracks keys: as a push in RESP3, in RESP2 as a message
     * of the channel {@code __redis__:invalidate} if the client has subscribed to any channel, else not at all.
     *
     * @param keys an array in RESP; null to forget all
     */
    void invalidate(byte @Nullable [] keys);

    /** The current figures of the connection. */
    ClientFigures figures();
}
