package io.undermoon.proxy.session;

import io.undermoon.proxy.client.OutputLimit;
import java.util.concurrent.TimeUnit;

/** Watches over one client that it keeps an {@link OutputLimit}. Owned by its loop. */
final class OutputGuard {
    private boolean overSoft;
    private long overSoftSince;

    /** Whether a client for which so much waits is to be cut off. */
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
