package io.undermoon.proxy.migration.copy;

import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.MigrationProgress;
import java.util.concurrent.TimeUnit;

/** The progress counters of a migration's copy. Written by the migration event loop, read by any thread. */
public final class CopyCounters {
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long startNanos = System.nanoTime();
    private volatile long keysScanned;
    private volatile long keysTotal;
    private volatile long keysCopied;
    private volatile long bytesCopied;
    private volatile long keysDirty;
    private volatile long keysPerSecond;
    private volatile long bytesPerSecond;
    private volatile int attempts;
    private volatile long longestHoldMicros;
    private volatile long writersHeldMicros;

    private long windowStartNanos = startNanos;
    private long keysAtStart;
    private long bytesAtStart;

    /** Starts another attempt, which scans all {@code total} keys of the source again. */
    void begin(long total) {
        attempts = attempts + 1;
        keysTotal = total;
        keysScanned = 0;
    }

    void scanned(long keys) {
        keysScanned = keysScanned + keys;
    }

    void keyCopied() {
        keysCopied = keysCopied + 1;
        long now = System.nanoTime();
        long elapsed = now - windowStartNanos;
        if (elapsed > WINDOW_NANOS) {
            keysPerSecond = perSecond(keysCopied - keysAtStart, elapsed);
            bytesPerSecond = perSecond(bytesCopied - bytesAtStart, elapsed);
            windowStartNanos = now;
            keysAtStart = keysCopied;
            bytesAtStart = bytesCopied;
        }
    }

    void bytesCopied(long count) {
        bytesCopied = bytesCopied + count;
    }

    void dirty(int keys) {
        keysDirty = keys;
    }

    /** Notes how long all commands were held. */
    public void held(long nanos) {
        longestHoldMicros = Math.max(longestHoldMicros, TimeUnit.NANOSECONDS.toMicros(nanos));
    }

    /** Notes how long writers were held once more. */
    public void writersHeld(long nanos) {
        writersHeldMicros = writersHeldMicros + TimeUnit.NANOSECONDS.toMicros(nanos);
    }

    long keysScanned() {
        return keysScanned;
    }

    long keysTotal() {
        return keysTotal;
    }

    long keysDirty() {
        return keysDirty;
    }

    long keysPerSecond() {
        return keysPerSecond;
    }

    long bytesPerSecond() {
        return bytesPerSecond;
    }

    long elapsedMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    /** The counters as {@code UMCTL MIGRATIONS} reports them. */
    public MigrationProgress progress(TaggedSlots tag, MigrationProgress.State state, String error) {
        return new MigrationProgress(
                tag,
                MigrationProgress.Side.SOURCE,
                state,
                keysScanned,
                keysTotal,
                keysCopied,
                bytesCopied,
                keysDirty,
                elapsedMillis(),
                keysPerSecond,
                bytesPerSecond,
                attempts,
                longestHoldMicros,
                writersHeldMicros,
                error);
    }

    private static long perSecond(long count, long nanos) {
        return (long) (count * 1e9 / nanos);
    }
}
