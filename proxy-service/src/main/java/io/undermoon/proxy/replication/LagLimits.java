package io.undermoon.proxy.replication;

import java.time.Duration;

/**
 * How far a replica may be behind its master and still serve reads; 0 stands for no limit.
 *
 * @param maxBytes of the replication stream that the master has written and the replica has not applied
 * @param maxSilence since the replica last heard of its master
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
