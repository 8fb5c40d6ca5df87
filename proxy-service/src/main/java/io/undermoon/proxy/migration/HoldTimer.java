package io.undermoon.proxy.migration;

import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Measures how long commands are held, and says when that is too long. Owned by the migration event loop. */
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

    /** Commands are held from now on. */
    void begin() {
        sinceNanos = System.nanoTime();
        goOn();
    }

    /** They are held on although it was too long. */
    void goOn() {
        cancel();
        alarm = loop.schedule(overdue, maxMillis, TimeUnit.MILLISECONDS);
    }

    /** They no longer are; returns for how many nanoseconds they were. */
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
