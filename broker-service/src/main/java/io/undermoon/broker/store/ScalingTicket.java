package io.undermoon.broker.store;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The right to change the nodes of a cluster. An automatic scaling can be made to give it up while it waits for proxies. */
final class ScalingTicket {
    private final CompletableFuture<Void> revoked = new CompletableFuture<>();
    private final boolean revocable;

    /**
     * @param revocable whether the holder watches {@link #revoked}
     */
    ScalingTicket(boolean revocable) {
        this.revocable = revocable;
    }

    boolean isRevocable() {
        return revocable;
    }

    /** Fails when the right is gone. */
    CompletableFuture<Void> revoked() {
        return revoked;
    }

    /** @throws CompletionException with the reason if the right is gone */
    void requireValid() {
        revoked.getNow(null);
    }

    void revoke(ClusterName name, String reason) {
        revoked.completeExceptionally(new UndermoonException(
                ErrorCode.NODE_NUMBER_CHANGING, "scaling of cluster '" + name + "' was " + reason));
    }
}
