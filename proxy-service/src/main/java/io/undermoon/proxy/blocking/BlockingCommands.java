package io.undermoon.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;

/**
 * Commands whose reply may take its time: they block at the node itself, on a pinned connection, so the timeout and the
 * order in which blocked clients are served are those of Redis. The client's earlier commands are answered before one
 * starts, and its later ones wait. When the client leaves, its connection is closed and Redis forgets the command at
 * once. {@link BlockedCommand} says what may happen meanwhile. Owned by a loop.
 */
public final class BlockingCommands {
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private final TopologyStore topology;
    private final Router router;
    private final Forwarder forwarder;
    private final BlockedClients blocked;

    public BlockingCommands(SessionLoop loop, TopologyStore topology, Router router, Forwarder forwarder) {
        this.topology = topology;
        this.router = router;
        this.forwarder = forwarder;
        this.blocked = new BlockedClients(loop.proxyLoop());
    }

    /** The topology has changed; commands that are blocked at a former owner go on at the new one. */
    public void follow() {
        blocked.follow(topology);
    }

    /** Sends the command; false when it has to wait until all replies are in. */
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
        if (route instanceof Target.Local local) {
            PinnedConnection connection = Forwarder.pin(session, local.node());
            if (connection != null) {
                connection.blocksOn(slot);
                connection.send(frame, blocked(session, command, frame, slot, hopsLeft, connection));
            }
        } else if (route instanceof Target.Remote peer) {
            int hops = forwarder.nextHops(session, command, hopsLeft);
            PinnedConnection connection =
                    hops == Forwarder.NO_HOPS_LEFT ? null : Forwarder.pin(session, peer.endpoint(hops));
            if (connection != null) {
                connection.sendForwarded(frame, hops, blocked(session, command, frame, slot, hopsLeft, connection));
            }
        } else {
            forwarder.decline(session, command, slot, route);
        }
        return true;
    }

    private ReplyReceiver blocked(
            ClientSession session,
            Command command,
            CommandFrame frame,
            int slot,
            int hopsLeft,
            PinnedConnection connection) {
        return new BlockedCommand(blocked, session, command, frame, slot, hopsLeft, connection);
    }

    /**
     * {@code WAIT} and {@code WAITAOF}: about the node that was sent the client's last command. Redis waits for what
     * the connection itself has written, so a command goes before that makes the connection see all that was written
     * until now.
     */
    private void awaitReplicas(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Endpoint node = session.lastNode();
        if (node == null) {
            // There is no write to be acknowledged; WAITAOF tells of the node itself, too.
            ByteBuf out = session.replyBuffer();
            if (command.name().equals("waitaof")) {
                RespWriter.array(out, 2);
                RespWriter.integer(out, 0);
            }
            RespWriter.integer(out, 0);
            return;
        }
        PinnedConnection connection = Forwarder.pin(session, node);
        if (connection != null) {
            ByteBuf commands = Unpooled.buffer().writeBytes(PING);
            frame.writeTo(commands);
            connection.blocksOn(PinnedConnection.WAITS_FOR_NO_KEY);
            connection.sendAll(
                    commands, 2, blocked(session, command, frame, BlockedCommand.NO_SLOT, hopsLeft, connection));
        }
    }
}
