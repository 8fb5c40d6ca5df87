package io.undermoon.coordinator.detect;

import org.jspecify.annotations.Nullable;

/**
 * The failed probes of one proxy since its last success. Immutable.
 *
 * @param failedAttempts in a row
 * @param lastAttemptNanos when the last one ended
 * @param reportedNanos when the proxy was last reported to the broker; absent if it was not
 */
record ProbeFailures(
        int failedAttempts, long lastAttemptNanos, @Nullable Long reportedNanos) {
    static final ProbeFailures NONE = new ProbeFailures(0, 0, null);

    ProbeFailures attemptFailed(long nowNanos) {
        return new ProbeFailures(failedAttempts + 1, nowNanos, reportedNanos);
    }

    ProbeFailures reported(long nowNanos) {
        return new ProbeFailures(failedAttempts, lastAttemptNanos, nowNanos);
    }

    boolean reportDue(long nowNanos, long intervalNanos) {
        return reportedNanos == null || nowNanos - reportedNanos >= intervalNanos;
    }
}
