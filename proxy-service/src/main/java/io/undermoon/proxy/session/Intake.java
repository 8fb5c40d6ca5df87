package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.stats.Counter;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Passes new clients on to one of the loops that serve them: few for each turn of that loop, and one at a time while a
 * turn takes long. So the more a loop has to do, the fewer clients it gets, and those that it has do not suffer from
 * new ones. Owned by the loop that accepts connections.
 */
final class Intake {
    /** How many clients are on their way at most. */
    private static final int MAX_WINDOW = 16;

    /** A loop that takes a client in later than that has too much to do. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ProxyLoop acceptor;
    private final Destination to;
    private final ArrayDeque<Movable> waiting = new ArrayDeque<>();
    private int window = MAX_WINDOW;
    private int open;

    Intake(ProxyLoop acceptor, Destination to) {
        this.acceptor = acceptor;
        this.to = to;
    }

    /** How many clients have not been taken in yet. */
    int size() {
        return waiting.size() + open;
    }

    void add(Movable session) {
        acceptor.stats().add(Counter.CONNECTIONS_WAITING, 1);
        waiting.add(session);
        proceed();
    }

    private void proceed() {
        while (open < window && !waiting.isEmpty()) {
            open++;
            long since = System.nanoTime();
            new SessionMove(waiting.remove(), to, () -> acceptor.execute(() -> taken(since))).start();
        }
    }

    private void taken(long sinceNanos) {
        acceptor.stats().add(Counter.CONNECTIONS_WAITING, -1);
        open--;
        boolean isLate = System.nanoTime() - sinceNanos > LATE_NANOS;
        window = isLate ? 1 : Math.min(2 * window, MAX_WINDOW);
        proceed();
    }
}
