package io.undermoon.proxy.gather;

import io.undermoon.proxy.client.ClientMemory;

/**
 * Limits how many bytes of replies are kept for one command while they wait to be merged: half of what all clients may
 * hold, so that a command that asks for too much gets an error rather than its client disconnected.
 */
public final class GatherBudget {
    /** Without a limit for all clients. */
    private static final long DEFAULT_MAX_BYTES = 256L << 20;

    private final ClientMemory memory;

    public GatherBudget(ClientMemory memory) {
        this.memory = memory;
    }

    long maxBytes() {
        long limit = memory.limitBytes();
        return limit > 0 ? limit / 2 : DEFAULT_MAX_BYTES;
    }
}
