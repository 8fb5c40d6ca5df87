package io.undermoon.proxy.limit;

import org.jspecify.annotations.Nullable;

/** The rates of one user or cluster while its limits stay as they are; others make other rates. Thread-safe. */
public final class Rates {
    private final @Nullable TokenBucket commands;
    private final @Nullable TokenBucket bytes;

    Rates(Limits limits, long nowNanos) {
        this.commands = limits.commands() == 0 ? null : new TokenBucket(limits.commands(), nowNanos);
        this.bytes = limits.bytes() == 0 ? null : new TokenBucket(limits.bytes(), nowNanos);
    }

    /** Counts a command; returns when it may be carried out. */
    public long takeCommand(long nowNanos) {
        return commands == null ? nowNanos : commands.take(1, nowNanos);
    }

    /** How long it takes until so many bytes are paid for. */
    public long priceOfBytes(long number) {
        return bytes == null ? 0 : bytes.price(number);
    }

    /** Counts bytes that were received or sent; returns when they are paid for. */
    public long takeBytes(long number, long nowNanos) {
        return bytes == null ? nowNanos : bytes.take(number, nowNanos);
    }
}
