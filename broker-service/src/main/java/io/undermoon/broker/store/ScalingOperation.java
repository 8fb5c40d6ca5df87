package io.undermoon.broker.store;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * An operation that changes the nodes of a cluster, exclusively. An automatic scaling can be cancelled while it waits
 * for proxies.
 */
final class ScalingOperation {
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private final boolean cancellable;

    /** @param cancellable whether the operation reacts to {@link #cancelled} */
    ScalingOperation(boolean cancellable) {
        this.cancellable = cancellable;
    }

    boolean isCancellable() {
        return cancellable;
    }

    /** A future that fails when the operation is cancelled. */
    CompletableFuture<Void> cancelled() {
        return cancelled;
    }

    /** @throws CompletionException with the reason if the operation was cancelled */
    void requireValid() {
        cancelled.getNow(null);
    }

    void cancel(ClusterName name, String reason) {
        cancelled.completeExceptionally(new UndermoonException(
                ErrorCode.NODE_NUMBER_CHANGING, "scaling of cluster '" + name + "' was " + reason));
    }
}
