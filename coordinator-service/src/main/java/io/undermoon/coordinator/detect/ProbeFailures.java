package io.undermoon.coordinator.detect;

import io.undermoon.client.RespClientException.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The failed probes of one proxy since its last success. Immutable.
 *
 * @param attempts in a row
 * @param sinceNanos when the first of them began
 * @param lastNanos when the last one ended
 * @param isSilent whether the last one got no answer in time; else nobody was there, or the proxy answers and its
 *     master is dead
 * @param isDead whether they are enough for the proxy to count as dead
 * @param reportedNanos when the proxy was last reported to the broker; absent if it was not
 */
record ProbeFailures(
        int attempts,
        long sinceNanos,
        long lastNanos,
        boolean isSilent,
        boolean isDead,
        @Nullable Long reportedNanos) {
    /** A single failure may be one lost packet, or the end of a connection that was kept. */
    static final int MIN_ATTEMPTS = 2;

    static final ProbeFailures NONE = new ProbeFailures(0, 0, 0, false, false, null);

    ProbeFailures attemptFailed(Reason reason, long startNanos, long endNanos, Duration silenceLimit) {
        long since = attempts == 0 ? startNanos : sinceNanos;
        boolean silent = reason == Reason.TIMEOUT;
        long limit = silent || isSilent ? silenceLimit.toNanos() : silenceLimit.toNanos() / 2;
        boolean dead = isDead || (attempts + 1 >= MIN_ATTEMPTS && endNanos - since >= limit);
        return new ProbeFailures(attempts + 1, since, endNanos, silent, dead, reportedNanos);
    }

    /** The proxy answers, and says that its master is dead. */
    ProbeFailures masterDead(long nowNanos) {
        return new ProbeFailures(MIN_ATTEMPTS, nowNanos, nowNanos, false, true, reportedNanos);
    }

    ProbeFailures reported(long nowNanos) {
        return new ProbeFailures(attempts, sinceNanos, lastNanos, isSilent, isDead, nowNanos);
    }

    /** What remains when this coordinator stood still: nobody was silent for the time that it did not listen. */
    ProbeFailures afterPause() {
        return isDead ? this : NONE;
    }

    /** Whether the proxy is silent, and has been so for less than a time. */
    boolean isSilentForLessThan(Duration time) {
        return isSilent && lastNanos - sinceNanos < time.toNanos();
    }

    boolean reportDue(long nowNanos, long intervalNanos) {
        return reportedNanos == null || nowNanos - reportedNanos >= intervalNanos;
    }
}
