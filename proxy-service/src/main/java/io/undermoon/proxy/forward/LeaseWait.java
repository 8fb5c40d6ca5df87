package io.undermoon.proxy.forward;

import io.undermoon.proxy.session.SessionLoop;
import java.util.concurrent.TimeUnit;

/**
 * Keeps clients from seeing a short stall: while this proxy has no lease, commands for its own nodes are held in their
 * sessions for {@value #LIMIT_MILLIS} ms, because the lease may be renewed in a moment, or metadata come that says who
 * has the slot. Then they are refused until there is a lease again. Owned by a loop.
 */
final class LeaseWait {
    private static final long LIMIT_MILLIS = 500;
    private static final long RETRY_MILLIS = 20;

    private final SessionLoop loop;
    private boolean isLost;
    private boolean isRetrying;
    private long lostNanos;

    /** That of the lease that was lost: another one may have been held, and lost, while no command came. */
    private long lostNumber;

    LeaseWait(SessionLoop loop) {
        this.loop = loop;
    }

    /** Whether a command for a node of this proxy waits, until {@link SessionLoop#releaseHeld}. */
    boolean isNeeded() {
        if (loop.proxyLoop().holdsLease()) {
            isLost = false;
            return false;
        }
        long now = loop.proxyLoop().nowNanos();
        long number = loop.proxyLoop().leaseNumber();
        if (!isLost || number != lostNumber) {
            isLost = true;
            lostNumber = number;
            lostNanos = now;
        }
        boolean waits = now - lostNanos < TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
        if (waits && !isRetrying) {
            isRetrying = true;
            loop.proxyLoop().eventLoop().schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
        return waits;
    }

    private void retry() {
        isRetrying = false;
        loop.releaseHeld();
    }
}
