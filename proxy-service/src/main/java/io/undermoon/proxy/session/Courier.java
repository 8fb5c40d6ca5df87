package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.backend.SharedConnection;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.control.SlowLog;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Target;
import org.jspecify.annotations.Nullable;

/**
 * Sends the commands of sessions to nodes and peers, each on the one connection that keeps it in order with the session's
 * other commands for that node or peer. Owned by a loop.
 */
final class Courier {
    /** The limit on connections that serve a single client is reached. */
    static final String TOO_MANY = "ERR too many clients watch keys, block or track keys; try again later";

    private final SessionLoop loop;
    private final SlowLog slowLog;

    Courier(SessionLoop loop, SlowLog slowLog) {
        this.loop = loop;
        this.slowLog = slowLog;
    }

    /** The place for the reply to a command that is sent. */
    PendingReply expectReply(ClientSession session, Command command, CommandFrame frame) {
        PendingReply reply = session.expectReply(command.id());
        if (loop.isSample(slowLog.sampleRate())) {
            reply.sample = slowLog.begin(frame, session.client());
        }
        return reply;
    }

    /** Sends a command to a Redis node. */
    void toNode(ClientSession session, CommandFrame frame, Endpoint node, ReplyReceiver receiver) {
        session.state().lastNode(node);
        Tracking tracking = session.state().tracking();
        if (tracking != null) {
            PinnedConnection own = connection(session, tracking, node, receiver);
            if (own != null) {
                own.send(frame, receiver);
            }
            return;
        }
        Watch watch = watchAt(session, node);
        if (watch != null) {
            watch.connection().send(frame, receiver);
            return;
        }
        SharedConnection backend =
                loop.connections().shared(node, session.client().protocol());
        backend.send(frame, receiver);
        awaitWritable(session, backend);
    }

    /**
     * Has a peer carry a command with keys out.
     *
     * @param hops how many more proxies may pass it on
     */
    void toPeer(ClientSession session, CommandFrame frame, Target.Remote peer, int hops, ReplyReceiver receiver) {
        Watch watch = watchAt(session, peer);
        if (watch != null && session.state().tracking() == null) {
            watch.connection().send(frame, receiver);
            return;
        }
        forward(session, frame, peer.byHopsLeft().get(hops), hops, receiver);
    }

    /**
     * Has a peer carry a command out on its own nodes only.
     *
     * @param hops what the session's commands with keys are sent with, so that this one stays in order with them; the peer is
     *     told that nobody else may be asked, so it waits for no proxy
     */
    void toNodesOfPeer(
            ClientSession session, CommandFrame frame, Target.Remote peer, int hops, ReplyReceiver receiver) {
        Watch watch = watchAt(session, peer);
        if (watch != null && session.state().tracking() == null) {
            watch.connection().sendForwarded(frame, 0, receiver);
            return;
        }
        forward(session, frame, peer.byHopsLeft().get(hops), 0, receiver);
    }

    /** Sends a transaction, of which only the last reply is wanted. */
    void transaction(ClientSession session, ByteBuf commands, int count, Endpoint endpoint, ReplyReceiver receiver) {
        Tracking tracking = session.state().tracking();
        if (tracking != null) {
            PinnedConnection own = connection(session, tracking, endpoint, receiver);
            if (own != null) {
                own.sendAll(commands, count, receiver);
            }
            return;
        }
        SharedConnection backend =
                loop.connections().shared(endpoint, session.client().protocol());
        backend.sendAll(commands, count, receiver);
        awaitWritable(session, backend);
    }

    /** A connection for the session's present command alone; null when too many are taken, which the client has been told then. */
    @Nullable
    PinnedConnection pin(ClientSession session, Endpoint endpoint) {
        Tracking tracking = session.state().tracking();
        PinnedConnection connection = tracking != null
                ? tracking.connection(endpoint)
                : loop.connections().pin(endpoint, session.client().protocol());
        if (connection == null) {
            Router.write(session, "-" + TOO_MANY + "\r\n");
        }
        return connection;
    }

    private void forward(ClientSession session, CommandFrame frame, Endpoint peer, int hops, ReplyReceiver receiver) {
        Tracking tracking = session.state().tracking();
        if (tracking != null) {
            PinnedConnection own = connection(session, tracking, peer, receiver);
            if (own != null) {
                own.sendForwarded(frame, hops, receiver);
            }
            return;
        }
        SharedConnection connection =
                loop.connections().shared(peer, session.client().protocol());
        connection.sendForwarded(frame, hops, receiver);
        awaitWritable(session, connection);
    }

    /** The connection of a client that tracks keys; null when too many are taken, which the receiver has been told then. */
    private static @Nullable PinnedConnection connection(
            ClientSession session, Tracking tracking, Endpoint endpoint, ReplyReceiver receiver) {
        PinnedConnection connection = tracking.connection(endpoint);
        if (connection == null) {
            receiver.fail(new BackendFailure(TOO_MANY));
        } else {
            awaitWritable(session, connection);
        }
        return connection;
    }

    private static @Nullable Watch watchAt(ClientSession session, Target.Remote peer) {
        Watch watch = session.state().watch();
        return watch != null && peer.byHopsLeft().contains(watch.connection().endpoint()) ? watch : null;
    }

    private static @Nullable Watch watchAt(ClientSession session, Endpoint endpoint) {
        Watch watch = session.state().watch();
        return watch != null && watch.connection().endpoint().equals(endpoint) ? watch : null;
    }

    private static void awaitWritable(ClientSession session, NodeConnection backend) {
        if (!backend.isWritable()) {
            session.awaitWritable(backend);
        }
    }
}
