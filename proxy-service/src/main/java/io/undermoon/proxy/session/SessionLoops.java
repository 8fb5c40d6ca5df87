package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The event loops on which sessions live. A session begins on the loop that accepts connections, and moves when its
 * first command shows what it is: to the loop for those who operate the cluster, which no client can keep busy, or to
 * one of those that serve clients, as soon as that one has time for it.
 */
public final class SessionLoops {
    private final ProxyLoop acceptor;
    private final Destination control;
    private final List<Intake> intakes = new ArrayList<>();
    private int last;

    SessionLoops(ProxyLoop acceptor, Destination control, List<? extends Destination> clients) {
        this.acceptor = acceptor;
        this.control = control;
        for (Destination each : clients) {
            intakes.add(new Intake(acceptor, each));
        }
    }

    /** The loops of a proxy, by what their sessions are. */
    public record Connections(NodeConnections acceptor, NodeConnections control, List<NodeConnections> clients) {}

    /** Whether a loop is the one for those who operate the cluster. */
    boolean isControl(ProxyLoop loop) {
        return loop == control.proxyLoop();
    }

    /** Has a session move; called on its loop. */
    void move(Movable session, Place place) {
        if (place == Place.CONTROL) {
            new SessionMove(session, control, () -> {}).start();
        } else {
            acceptor.execute(() -> next().add(session));
        }
    }

    /** The loop that has the fewest sessions to take in, in turn where several have. */
    private Intake next() {
        @Nullable Intake best = null;
        for (int i = 1; i <= intakes.size(); i++) {
            Intake each = intakes.get((last + i) % intakes.size());
            if (best == null || each.size() < best.size()) {
                best = each;
            }
        }
        if (best == null) {
            throw new IllegalStateException("no loop serves clients");
        }
        last = intakes.indexOf(best);
        return best;
    }
}
