package io.undermoon.proxy.lease;

import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The lease under which this proxy sends its clients' commands to its Redis nodes and passes replies on. It ends by
 * itself, and is counted from moments of this process only: when a renewal was asked for, never when it came. A renewal
 * that is late, doubled or out of order changes nothing, or less.
 *
 * <p>Until somebody says that leases count, it has no end. Reading is one volatile read. Thread-safe.
 */
public final class Lease {
    /** How long a renewal holds. All proxies have to agree on it: a successor waits for so long. */
    public static final Duration LENGTH = Duration.ofMillis(1200);

    /** How long a successor waits: longer than any lease of a clock that is slower by five percent. */
    public static final Duration WAIT = Duration.ofMillis(LENGTH.toMillis() * 105 / 100);

    /** How often a lease is renewed. */
    public static final Duration RENEWAL_INTERVAL = Duration.ofMillis(300);

    private final LeaseClock clock;
    private volatile Term term = new Term(0, 0, false, 0, 0, Map.of());

    public Lease(LeaseClock clock) {
        this.clock = clock;
    }

    public LeaseClock clock() {
        return clock;
    }

    /** The lease as it is now; it may be over. */
    public Term term() {
        return term;
    }

    /** Whether leases count for this proxy. */
    public boolean isRequired() {
        return term.isLimited();
    }

    /** Whether the proxy may serve now. */
    public boolean isHeld() {
        return term.isHeldAt(clock.nanos(), clock.wallMillis());
    }

    /**
     * Leases count from now on.
     *
     * @param serves whether the proxy has served without one until now: then it has one lease's time to get it
     */
    public synchronized void require(boolean serves) {
        Term now = term;
        if (!now.isLimited()) {
            Moment present = clock.now();
            term = new Term(
                    now.number(),
                    now.roleNumber(),
                    true,
                    present.nanos() + (serves ? LENGTH.toNanos() : 0),
                    present.wallMillis() + (serves ? LENGTH.toMillis() : 0),
                    now.left());
        }
    }

    /** Leases do not count any more. */
    public synchronized void lift() {
        Term now = term;
        if (now.isLimited()) {
            term = new Term(nextNumber(now), now.roleNumber(), false, 0, 0, now.left());
        }
    }

    /**
     * The lease is renewed.
     *
     * @param asked when the renewal was asked for
     */
    public synchronized void renewed(Moment asked) {
        Term now = term;
        long endNanos = asked.nanos() + LENGTH.toNanos();
        boolean isLater = endNanos - now.endNanos() > 0;
        if (!now.isLimited()
                || !isLater
                || !(clock.nanos() - endNanos < 0)
                || clock.now().isBefore(asked)) {
            return;
        }
        term = new Term(
                nextNumber(now), now.roleNumber(), true, endNanos, asked.wallMillis() + LENGTH.toMillis(), now.left());
    }

    /** The lease is over at once, unless leases do not count. */
    public synchronized void end() {
        Term now = term;
        if (now.isLimited()) {
            term = new Term(now.number(), now.roleNumber(), true, clock.nanos(), clock.wallMillis(), now.left());
        }
    }

    /** A node is not a master of this proxy any more: later renewals do not cover what was sent to it until now. */
    public synchronized void hasLeft(HostPort node) {
        Term now = term;
        long roleNumber = now.roleNumber() + 1;
        Map<HostPort, Term.Left> left = new HashMap<>(now.left());
        Term.Left former = left.get(node);
        left.put(
                node,
                new Term.Left(
                        roleNumber,
                        former == null ? 0 : former.roleNumber(),
                        now.isLimited(),
                        now.endNanos(),
                        now.endWallMillis()));
        term = new Term(now.number(), roleNumber, now.isLimited(), now.endNanos(), now.endWallMillis(), left);
    }

    private long nextNumber(Term now) {
        return now.isHeldAt(clock.nanos(), clock.wallMillis()) ? now.number() : now.number() + 1;
    }
}
