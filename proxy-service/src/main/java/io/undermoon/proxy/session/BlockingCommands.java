package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import java.nio.charset.StandardCharsets;

/**
 * Commands whose reply may take its time: they wait at the node itself, on a connection of the client's own, so the timeout
 * and the order in which waiting clients are served are Redis's. The client's earlier commands are answered before it starts
 * and its later ones wait. When the client leaves, its connection is closed and Redis forgets it at once. What may happen
 * meanwhile is in {@link BlockedCommand}. Owned by a loop.
 */
final class BlockingCommands {
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Router router;
    private final SessionLoop loop;
    private final Courier courier;

    BlockingCommands(SessionLoop loop, Router router, Courier courier) {
        this.loop = loop;
        this.router = router;
        this.courier = courier;
    }

    /** Sends the command; false when it has to wait until all replies are in. */
    boolean start(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        if (!session.isIdle()) {
            return false;
        }
        if (!command.hasKeys()) {
            awaitReplicas(session, command, frame, hopsLeft);
            return true;
        }
        Topology now = router.topology();
        int slot = router.slot(session, now, command, frame);
        Target target = slot == Router.REFUSED ? null : router.target(session, now, command, slot);
        if (target instanceof Target.Local local) {
            PinnedConnection connection = courier.pin(session, local.node());
            if (connection != null) {
                connection.blocksOn(slot);
                connection.send(frame, new BlockedCommand(loop, session, command, frame, slot, hopsLeft, connection));
            }
        } else if (target instanceof Target.Remote remote) {
            int hops = router.nextHops(session, command, hopsLeft);
            PinnedConnection connection = hops == Router.REFUSED
                    ? null
                    : courier.pin(session, remote.byHopsLeft().get(hops));
            if (connection != null) {
                connection.sendForwarded(
                        frame, hops, new BlockedCommand(loop, session, command, frame, slot, hopsLeft, connection));
            }
        }
        return true;
    }

    /**
     * {@code WAIT} and {@code WAITAOF}: about the node that took the client's last command. Redis waits for what the
     * connection itself has seen written, so a command goes before to take notice of all that was written until now.
     */
    private void awaitReplicas(ClientSession session, Command command, CommandFrame frame, int hopsLeft) {
        Endpoint node = session.state().lastNode();
        if (node == null) {
            // Nobody has acknowledged anything; WAITAOF tells of the node itself, too.
            Router.write(session, command.name().equals("waitaof") ? "*2\r\n:0\r\n:0\r\n" : ":0\r\n");
            return;
        }
        PinnedConnection connection = courier.pin(session, node);
        if (connection != null) {
            ByteBuf commands = Unpooled.buffer().writeBytes(PING);
            frame.writeTo(commands);
            connection.blocksOn(PinnedConnection.WAITS_FOR_NO_KEY);
            connection.sendAll(
                    commands,
                    2,
                    new BlockedCommand(loop, session, command, frame, BlockedCommand.NO_SLOT, hopsLeft, connection));
        }
    }
}
