package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendConnection;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.backend.Writable;
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
    static final String TOO_MANY = "ERR too many clients watch keys or block; try again later";

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
        Watch watch = watchAt(session, node);
        if (watch != null) {
            watch.connection().send(frame, receiver);
            return;
        }
        BackendConnection backend =
                loop.proxyLoop().backend(node, session.client().protocol());
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
        if (watch != null) {
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
        if (watch != null) {
            watch.connection().sendForwarded(frame, 0, receiver);
            return;
        }
        forward(session, frame, peer.byHopsLeft().get(hops), 0, receiver);
    }

    /** Sends a transaction, of which only the last reply is wanted. */
    void transaction(ClientSession session, ByteBuf commands, int count, Endpoint endpoint, ReplyReceiver receiver) {
        BackendConnection backend =
                loop.proxyLoop().backend(endpoint, session.client().protocol());
        backend.sendAll(commands, count, receiver);
        awaitWritable(session, backend);
    }

    /** A connection for the session's present command alone; null when too many are taken, which the client has been told then. */
    @Nullable
    PinnedConnection pin(ClientSession session, Endpoint endpoint) {
        PinnedConnection connection =
                loop.proxyLoop().pin(endpoint, session.client().protocol());
        if (connection == null) {
            Router.write(session, "-" + TOO_MANY + "\r\n");
        }
        return connection;
    }

    private void forward(ClientSession session, CommandFrame frame, Endpoint peer, int hops, ReplyReceiver receiver) {
        BackendConnection connection =
                loop.proxyLoop().backend(peer, session.client().protocol());
        connection.sendForwarded(frame, hops, receiver);
        awaitWritable(session, connection);
    }

    private static @Nullable Watch watchAt(ClientSession session, Target.Remote peer) {
        Watch watch = session.state().watch();
        return watch != null && peer.byHopsLeft().contains(watch.connection().endpoint()) ? watch : null;
    }

    private static @Nullable Watch watchAt(ClientSession session, Endpoint endpoint) {
        Watch watch = session.state().watch();
        return watch != null && watch.connection().endpoint().equals(endpoint) ? watch : null;
    }

    private static void awaitWritable(ClientSession session, Writable backend) {
        if (!backend.isWritable()) {
            session.awaitWritable(backend);
        }
    }
}
