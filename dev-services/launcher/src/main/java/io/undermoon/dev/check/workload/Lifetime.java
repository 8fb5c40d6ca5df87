package io.undermoon.dev.check.workload;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.resp.RespValue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A value and the period in which it expires, as far as its writer can know: not before the earliest and not after the
 * latest moment, in {@link System#nanoTime}. The clocks of all machines have to agree within {@value #SLACK_MILLIS} ms.
 *
 * @param value null where there is none
 */
record Lifetime(@Nullable String value, long earliestNanos, long latestNanos, boolean isUnending) {
    /** There is nothing, and there was nothing. */
    static final Lifetime NONE = new Lifetime(null, 0, 0, false);

    private static final int SLACK_MILLIS = 250;
    private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(SLACK_MILLIS);
    private static final long NO_TTL = -1;
    private static final long NO_KEY = -2;

    static Lifetime unending(@Nullable String value) {
        return new Lifetime(value, 0, 0, true);
    }

    /** Set by a command that was sent and answered at these times. */
    static Lifetime within(@Nullable String value, long sentNanos, long answeredNanos, long ttlMillis) {
        long ttlNanos = TimeUnit.MILLISECONDS.toNanos(ttlMillis);
        return new Lifetime(value, sentNanos + ttlNanos, answeredNanos + ttlNanos, false);
    }

    Lifetime withValue(String newValue) {
        return new Lifetime(newValue, earliestNanos, latestNanos, isUnending);
    }

    /** Whether it has ended for certain. */
    boolean isOver(long nowNanos) {
        return value == null || (!isUnending && nowNanos - latestNanos > SLACK_NANOS);
    }

    /** Whether it may have ended. */
    boolean isNear(long nowNanos) {
        return value == null || (!isUnending && nowNanos - earliestNanos > -SLACK_NANOS);
    }

    /** A reply to {@code GET}. */
    void compareValue(RespValue reply, long sentNanos, long answeredNanos, Consumer<String> wrong) {
        if (Reply.isNull(reply)) {
            if (!isNear(answeredNanos)) {
                wrong.accept("is gone before its time, " + remaining(answeredNanos));
            }
        } else if (isOver(sentNanos)) {
            wrong.accept("is there after its time: " + Reply.text(reply));
        } else if (!Reply.text(reply).equals(value)) {
            wrong.accept("is " + Reply.text(reply) + " instead of " + value);
        }
    }

    /** A reply to {@code PTTL}. */
    void compareTtl(long ttlMillis, long sentNanos, long answeredNanos, Consumer<String> wrong) {
        if (ttlMillis == NO_KEY) {
            if (!isNear(answeredNanos)) {
                wrong.accept("is gone before its time, " + remaining(answeredNanos));
            }
        } else if (isOver(sentNanos)) {
            wrong.accept("is there after its time, with a TTL of " + ttlMillis + " ms");
        } else if (isUnending) {
            if (ttlMillis != NO_TTL) {
                wrong.accept("has a TTL of " + ttlMillis + " ms and should have none");
            }
        } else if (ttlMillis == NO_TTL) {
            wrong.accept("has lost its TTL, " + remaining(answeredNanos));
        } else {
            long lowest = TimeUnit.NANOSECONDS.toMillis(earliestNanos - answeredNanos) - SLACK_MILLIS;
            long highest = TimeUnit.NANOSECONDS.toMillis(latestNanos - sentNanos) + SLACK_MILLIS;
            if (ttlMillis < lowest || ttlMillis > highest) {
                wrong.accept("has a TTL of " + ttlMillis + " ms and not within " + lowest + "-" + highest + " ms");
            }
        }
    }

    private String remaining(long nowNanos) {
        return isUnending
                ? "which never comes"
                : "of which " + TimeUnit.NANOSECONDS.toMillis(earliestNanos - nowNanos) + " ms were left";
    }
}
