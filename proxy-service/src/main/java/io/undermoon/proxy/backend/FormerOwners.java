package io.undermoon.proxy.backend;

import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.route.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Ends connections to peers that have no slots any more and hang, with the commands that wait there: whoever took their
 * slots over serves, and they answer nothing before they go on. A peer that answers a {@link NodeProbe} is alive: it
 * answers what it got, and is waited for. Owned by a loop.
 */
final class FormerOwners {
    private static final String REASON = "it has no slots any more and does not answer";

    private final ProxyLoop loop;
    private final Set<HostPort> probed = new HashSet<>();

    /** A connection with commands in flight, and how many it had answered. */
    private record Waiting(BackendConnection connection, long answered) {
        boolean isStill() {
            return connection.inFlight() > 0 && connection.answeredCount() == answered;
        }
    }

    FormerOwners(ProxyLoop loop) {
        this.loop = loop;
    }

    /**
     * Looks at the peers without slots.
     *
     * @param connections all of the loop
     * @param hasSlots whether a peer has slots
     */
    void follow(List<BackendConnection> connections, Predicate<HostPort> hasSlots) {
        Map<HostPort, List<Waiting>> waiting = new HashMap<>();
        for (BackendConnection connection : connections) {
            Endpoint peer = connection.endpoint();
            if (peer.kind() == Endpoint.Kind.PEER
                    && connection.inFlight() > 0
                    && !probed.contains(peer.address())
                    && !hasSlots.test(peer.address())) {
                waiting.computeIfAbsent(peer.address(), address -> new ArrayList<>())
                        .add(new Waiting(connection, connection.answeredCount()));
            }
        }
        waiting.forEach(this::probe);
    }

    private void probe(HostPort peer, List<Waiting> waiting) {
        probed.add(peer);
        NodeProbe.ask(loop, waiting.get(0).connection().endpoint(), answer -> {
            probed.remove(peer);
            if (answer.outcome() == NodeProbe.Outcome.SILENT || answer.outcome() == NodeProbe.Outcome.UNREACHABLE) {
                waiting.stream()
                        .filter(Waiting::isStill)
                        .forEach(each -> each.connection().end(REASON));
            }
        });
    }
}
