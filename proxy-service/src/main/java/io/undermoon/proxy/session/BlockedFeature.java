package io.undermoon.proxy.session;

import java.util.function.Consumer;

/** A command of the client that blocks at a node, such as {@code BLPOP}. */
public interface BlockedFeature extends SessionFeature {
    /**
     * Unblocks the command for {@code CLIENT UNBLOCK}; the client gets the reply of the node.
     *
     * @param withError whether that is an error rather than the reply of a timeout
     * @param outcome gets, on the loop, whether the command was blocked
     */
    void unblock(boolean withError, Consumer<Boolean> outcome);

    @Override
    default FeatureKind kind() {
        return FeatureKind.BLOCKED;
    }
}
