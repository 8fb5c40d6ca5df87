package io.undermoon.proxy.replication;

import java.time.Duration;

/**
 * The limits within which a replica serves reads; 0 stands for no limit.
 *
 * @param maxBytes bytes of the replication stream that the master has written and the replica has not applied
 * @param maxSilence time since the replica last received anything from its master
 */
public record LagLimits(long maxBytes, Duration maxSilence) {
    public static final LagLimits NONE = new LagLimits(0, Duration.ZERO);

    boolean isSet() {
        return maxBytes > 0 || !maxSilence.isZero();
    }

    boolean allow(long bytes, long silentSeconds) {
        return (maxBytes == 0 || bytes <= maxBytes) && (maxSilence.isZero() || silentSeconds <= maxSilence.toSeconds());
    }
}
