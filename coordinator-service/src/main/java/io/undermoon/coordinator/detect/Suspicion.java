package io.undermoon.coordinator.detect;

import org.jspecify.annotations.Nullable;

/**
 * What is held against one proxy. A value; {@link FailureDetector} swaps it.
 *
 * @param failedAttempts in a row
 * @param lastAttemptNanos when the last one ended
 * @param reportedNanos when it was last reported; absent if it was not
 */
record Suspicion(
        int failedAttempts, long lastAttemptNanos, @Nullable Long reportedNanos) {
    static final Suspicion NONE = new Suspicion(0, 0, null);

    Suspicion attemptFailed(long nowNanos) {
        return new Suspicion(failedAttempts + 1, nowNanos, reportedNanos);
    }

    Suspicion reported(long nowNanos) {
        return new Suspicion(failedAttempts, lastAttemptNanos, nowNanos);
    }

    boolean reportDue(long nowNanos, long intervalNanos) {
        return reportedNanos == null || nowNanos - reportedNanos >= intervalNanos;
    }
}
