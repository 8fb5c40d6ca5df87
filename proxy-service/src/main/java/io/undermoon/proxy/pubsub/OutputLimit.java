package io.undermoon.proxy.pubsub;

import java.util.concurrent.TimeUnit;

/**
 * {@code client-output-buffer-limit pubsub}: how many bytes of messages may wait for a client that does not take them, with
 * the values Redis has by default: never more than 32 MB, and not more than 8 MB for longer than 60 seconds. One per
 * subscribed client; owned by its loop.
 */
public final class OutputLimit {
    static final long HARD_BYTES = 32L << 20;
    static final long SOFT_BYTES = 8L << 20;
    static final long SOFT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private boolean overSoft;
    private long overSoftSince;

    /** Whether a client for which so much waits is to be cut off. */
    public boolean isExceeded(long waitingBytes, long nowNanos) {
        if (waitingBytes <= SOFT_BYTES) {
            overSoft = false;
            return false;
        }
        if (!overSoft) {
            overSoft = true;
            overSoftSince = nowNanos;
        }
        return waitingBytes > HARD_BYTES || nowNanos - overSoftSince > SOFT_NANOS;
    }
}
