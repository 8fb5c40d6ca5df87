package io.undermoon.proxy.blocking;

import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.gather.Masters;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Commands whose reply may take its time: they block at the node itself, on a pinned connection, so the timeout and the
 * order in which blocked clients are served are those of Redis. The client's earlier commands are answered before one
 * starts, and its later ones wait. When the client leaves, its connection is closed and Redis forgets the command at
 * once. {@link BlockedCommand} says what may happen meanwhile. Owned by a loop.
 */
public final class BlockingCommands {
    private final TopologyStore topology;
    private final Router router;
    private final Forwarder forwarder;
    private final BlockedClients blocked;
    private final Supplier<Masters> masters;

    public BlockingCommands(
            SessionLoop loop, TopologyStore topology, Router router, Forwarder forwarder, Supplier<Masters> masters) {
        this.topology = topology;
        this.router = router;
        this.forwarder = forwarder;
        this.masters = masters;
        this.blocked = new BlockedClients(loop.connections(), topology, forwarder.firstHops());
    }

    /** The topology has changed; commands that are blocked at a former owner go on at the new one. */
    public void follow() {
        blocked.follow();
    }

    /** Sends the command; false when it has to be handled again later. */
    public boolean execute(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        if (!session.isIdle()) {
            return false;
        }
        if (!command.hasKeys()) {
            awaitReplicas(session, command, frame, hopsLeft);
            return true;
        }
        int slot = Keys.slotOf(command, frame);
        Topology now = topology.current(session.client().role());
        Route route = router.routeToOwner(now, command, slot, session.client().readOnly());
        if (!forwarder.admits(session, now, slot, route, hopsLeft)) {
            return false;
        }
        if (route instanceof Target.Local local) {
            PinnedConnection connection = Forwarder.pin(session, local.node());
            if (connection != null) {
                session.written().add(local.node());
                connection.blocksOn(slot);
                BlockedCommand made = blocked(session, command, frame, slot, hopsLeft, connection);
                forwarder.used(session, command, frame);
                connection.send(frame, made);
                made.sent();
            }
        } else if (route instanceof Target.Remote peer) {
            int hops = forwarder.nextHops(session, command, hopsLeft);
            PinnedConnection connection =
                    hops == Forwarder.NO_HOPS_LEFT ? null : Forwarder.pin(session, peer.endpoint(hops));
            if (connection != null) {
                session.written().add(connection.endpoint());
                BlockedCommand made = blocked(session, command, frame, slot, hopsLeft, connection);
                connection.sendForwarded(frame, hops, made);
                made.sent();
            }
        } else {
            forwarder.decline(session, command, slot, route);
        }
        return true;
    }

    private BlockedCommand blocked(
            ClientSession session,
            Command command,
            CommandFrame frame,
            int slot,
            int hopsLeft,
            PinnedConnection connection) {
        return new BlockedCommand(blocked, session, command, frame, slot, hopsLeft, connection);
    }

    /**
     * {@code WAIT} and {@code WAITAOF}: about all nodes and peers that the client's writes were sent to, or if a peer
     * asks, about all masters behind this proxy.
     */
    private void awaitReplicas(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        List<Endpoint> written = hopsLeft == CommandHandler.NOT_FORWARDED
                ? session.written().all()
                : masters.get().owners(false).stream().map(forwarder::endpoint).toList();
        if (written.isEmpty()) {
            ReplicaWait.answerNothing(command, session.replyBuffer());
            return;
        }
        List<PinnedConnection> connections = new ArrayList<>();
        for (Endpoint endpoint : written) {
            PinnedConnection connection = Forwarder.pin(session, endpoint);
            if (connection == null) {
                connections.forEach(pinned -> session.features().giveBack(pinned, true));
                return;
            }
            connections.add(connection);
        }
        ReplicaWait.ask(session, command, frame, connections);
    }
}
