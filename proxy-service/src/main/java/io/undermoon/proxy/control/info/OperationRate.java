package io.undermoon.proxy.control.info;

import java.util.concurrent.TimeUnit;

/** How many commands a second there were since the last time it was asked, a second ago at least. Thread-safe. */
final class OperationRate {
    private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long lastNanos;
    private long lastTotal;
    private long rate;

    public OperationRate(long nowNanos) {
        this.lastNanos = nowNanos;
    }

    /**
     * @param total commands up to now; if that is fewer than before, the count began anew
     */
    public synchronized long perSecond(long total, long nowNanos) {
        long elapsed = nowNanos - lastNanos;
        if (elapsed >= SHORTEST_NANOS) {
            double seconds = (double) elapsed / TimeUnit.SECONDS.toNanos(1);
            rate = Math.round(Math.max(0, total - lastTotal) / seconds);
            lastNanos = nowNanos;
            lastTotal = total;
        }
        return rate;
    }
}
