package io.undermoon.broker.store;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The right to change the nodes of a cluster. An automatic scaling can be made to give it up while it waits for proxies. */
final class ScalingOperation {
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private final boolean cancellable;

    /**
     * @param cancellable whether the holder watches {@link #cancelled}
     */
    ScalingOperation(boolean cancellable) {
        this.cancellable = cancellable;
    }

    boolean isCancellable() {
        return cancellable;
    }

    /** Fails when the right is gone. */
    CompletableFuture<Void> cancelled() {
        return cancelled;
    }

    /** @throws CompletionException with the reason if the right is gone */
    void requireValid() {
        cancelled.getNow(null);
    }

    void cancel(ClusterName name, String reason) {
        cancelled.completeExceptionally(new UndermoonException(
                ErrorCode.NODE_NUMBER_CHANGING, "scaling of cluster '" + name + "' was " + reason));
    }
}
