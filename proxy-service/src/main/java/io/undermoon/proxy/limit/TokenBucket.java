package io.undermoon.proxy.limit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A rate that several event loops share, as one number: the moment at which all that was taken will be paid for. Who
 * takes tokens moves it on, and is told when it may use them; so those who wait are served in the order in which they
 * came, each at a moment of its own. What was not used for a second may be used at once.
 *
 * <p>This is the generic cell rate algorithm, which equals a bucket that holds the tokens of one second. Thread-safe
 * without locks; nothing is allocated.
 */
public final class TokenBucket {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double nanosPerToken;
    private final AtomicLong paidUntil;

    /**
     * @param tokensPerSecond at least 1
     * @param nowNanos as all moments by {@link System#nanoTime}
     */
    TokenBucket(long tokensPerSecond, long nowNanos) {
        this.nanosPerToken = (double) SECOND / tokensPerSecond;
        this.paidUntil = new AtomicLong(nowNanos - SECOND);
    }

    /** How long it takes until so many tokens are paid for. */
    long price(long tokens) {
        return (long) (tokens * nanosPerToken);
    }

    /**
     * Takes tokens, also those that are not there yet.
     *
     * @return the moment from which they may be used
     */
    public long take(long tokens, long nowNanos) {
        long price = price(tokens);
        while (true) {
            long before = paidUntil.get();
            long earliest = nowNanos - SECOND;
            long after = (before - earliest > 0 ? before : earliest) + price;
            if (paidUntil.compareAndSet(before, after)) {
                return after;
            }
        }
    }
}
