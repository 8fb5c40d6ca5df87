package io.undermoon.dev.os;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * The ways between services on which nothing arrives at present. What is sent there waits, and arrives when the network
 * is whole again, as long as neither end has given up: as TCP does it. Thread-safe.
 */
public final class NetworkCuts {
    private final List<BiPredicate<String, String>> cuts = new ArrayList<>();
    private volatile boolean isWhole = true;

    /** Cuts the ways for which this is true, of the service that sends and the one that is sent to. */
    public synchronized void cut(BiPredicate<String, String> ways) {
        cuts.add(ways);
        isWhole = false;
    }

    public synchronized void heal() {
        cuts.clear();
        isWhole = true;
        notifyAll();
    }

    boolean isWhole() {
        return isWhole;
    }

    /** Waits until what one service sends arrives at the other. */
    synchronized void awaitWay(String from, String to) throws InterruptedException {
        while (isCut(from, to)) {
            wait();
        }
    }

    /** Waits until both can talk to each other, as it takes to open a connection. */
    synchronized void awaitBothWays(String one, String other) throws InterruptedException {
        while (isCut(one, other) || isCut(other, one)) {
            wait();
        }
    }

    private boolean isCut(String from, String to) {
        return cuts.stream().anyMatch(cut -> cut.test(from, to));
    }
}
