package io.undermoon.proxy.session;

import io.undermoon.proxy.client.OutputLimit;
import java.util.concurrent.TimeUnit;

/** Compares the output that waits for one client with an {@link OutputLimit} over time. Owned by the client's loop. */
final class OutputGuard {
    private boolean overSoft;
    private long overSoftSince;

    /** Whether the client has to be disconnected, with so many bytes waiting for it. */
    boolean isExceeded(OutputLimit limit, long waitingBytes, long nowNanos) {
        if (limit.softBytes() == 0 || waitingBytes <= limit.softBytes()) {
            overSoft = false;
        } else if (!overSoft) {
            overSoft = true;
            overSoftSince = nowNanos;
        }
        return limit.hardBytes() > 0 && waitingBytes > limit.hardBytes()
                || overSoft && nowNanos - overSoftSince > TimeUnit.SECONDS.toNanos(limit.softSeconds());
    }
}
