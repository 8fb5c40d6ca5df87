package io.undermoon.proxy.migration;

import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Measures how long commands are held, with a callback when it takes too long. Owned by the migration event loop. */
final class HoldTimer {
    private final EventLoop loop;
    private final long maxMillis;
    private final Runnable overdue;
    private @Nullable ScheduledFuture<?> alarm;
    private long sinceNanos;

    HoldTimer(EventLoop loop, long maxMillis, Runnable overdue) {
        this.loop = loop;
        this.maxMillis = maxMillis;
        this.overdue = overdue;
    }

    /** Starts the measurement. */
    void begin() {
        sinceNanos = System.nanoTime();
        extend();
    }

    /** Restarts the timeout, not the measurement. */
    void extend() {
        cancel();
        alarm = loop.schedule(overdue, maxMillis, TimeUnit.MILLISECONDS);
    }

    /** Ends the measurement and returns it in nanoseconds. */
    long end() {
        cancel();
        return System.nanoTime() - sinceNanos;
    }

    void cancel() {
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
    }
}
