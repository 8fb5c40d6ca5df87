package io.undermoon.proxy.migration;

import io.netty.channel.EventLoop;
import io.undermoon.proxy.migration.copy.CopyAttempt;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Slows the writers of moving slots down while a copy does not catch up with them: in each period of
 * {@value #PERIOD_MILLIS} ms their commands are held for a share of it, which grows until the copy catches up. The copy
 * uses that time without regard to its rate. Owned by the migration event loop.
 */
final class WriterThrottle {
    static final int MAX_PERCENT = 90;

    private static final long PERIOD_MILLIS = 100;

    /** How long a copy of which only changed keys are missing may take to catch up before writers are slowed down. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int GROWTH_PERCENT = 5;

    interface Listener {
        /** Writers are to wait. */
        void holdWriters();

        /** Writers, which have waited for so long, may go on. */
        void releaseWriters(long heldNanos);

        /** Writers have been slowed down for a period as much as they may be, and the copy has not caught up. */
        void slowedFully();
    }

    private final EventLoop loop;
    private final Listener listener;
    private @Nullable CopyAttempt copy;
    private @Nullable ScheduledFuture<?> next;
    private long scannedNanos;
    private boolean scanned;
    private boolean holding;
    private long heldSinceNanos;
    private int percent;

    WriterThrottle(EventLoop loop, Listener listener) {
        this.loop = loop;
        this.listener = listener;
    }

    /** Begins to look whether a copy catches up, or goes on with the same share if it is the same copy. */
    void start(CopyAttempt watched) {
        if (copy != watched) {
            copy = watched;
            scanned = false;
            percent = 0;
        }
        if (next == null) {
            begin(watched);
        }
    }

    /** Lets all writers go on. */
    void stop() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
        release();
    }

    /** The share of the time for which writers are held, in percent. */
    int percent() {
        return percent;
    }

    private void begin(CopyAttempt watched) {
        if (!scanned && watched.isScanned()) {
            scanned = true;
            scannedNanos = System.nanoTime();
        }
        boolean lags = scanned && System.nanoTime() - scannedNanos > PATIENCE_NANOS || watched.isFarBehind();
        boolean fully = lags && percent == MAX_PERCENT;
        percent = lags ? Math.min(MAX_PERCENT, percent + GROWTH_PERCENT) : Math.max(0, percent - GROWTH_PERCENT);
        long heldMillis = PERIOD_MILLIS * percent / 100;
        if (heldMillis == 0) {
            schedule(() -> begin(watched), PERIOD_MILLIS);
            return;
        }
        holding = true;
        schedule(() -> end(watched, PERIOD_MILLIS - heldMillis), heldMillis);
        heldSinceNanos = System.nanoTime();
        listener.holdWriters();
        watched.hurry(true);
        if (fully) {
            listener.slowedFully();
        }
    }

    private void end(CopyAttempt watched, long pauseMillis) {
        schedule(() -> begin(watched), pauseMillis);
        release();
    }

    private void release() {
        if (holding && copy != null) {
            holding = false;
            copy.hurry(false);
            listener.releaseWriters(System.nanoTime() - heldSinceNanos);
        }
    }

    private void schedule(Runnable task, long millis) {
        next = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
    }
}
