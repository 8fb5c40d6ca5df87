package io.undermoon.proxy.control.info;

import java.util.concurrent.TimeUnit;

/** Commands per second since the last measurement, which is at least a second old. Thread-safe. */
final class OperationRate {
    private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long lastNanos;
    private long lastTotal;
    private long rate;

    public OperationRate(long nowNanos) {
        this.lastNanos = nowNanos;
    }

    /**
     * @param total commands so far; a smaller number than before means that the counter was reset
     */
    synchronized long perSecond(long total, long nowNanos) {
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
