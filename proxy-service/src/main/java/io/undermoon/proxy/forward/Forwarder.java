package io.undermoon.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.compression.StoredValues;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.proxy.session.SessionFeatures;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.usage.LoopUsage;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Sends the commands of sessions to nodes and peers, each on the connection that keeps it in order with the session's
 * other commands, and answers those that are not sent. To Redis nodes of a cluster with compression it sends values in
 * their stored form; elsewhere compression costs one comparison. Owned by a loop.
 */
public final class Forwarder {
    /** No proxy may forward the command any more. */
    public static final int NO_HOPS_LEFT = -1;

    private final SessionLoop loop;
    private final SlowLog slowLog;
    private final StoredValues values;
    private final FailoverWait failover;
    private final LeaseWait lease;
    private final LoopUsage usage;
    private long untilSample = 1;

    /**
     * @param usage what the loop's clients use
     */
    public Forwarder(SessionLoop loop, SlowLog slowLog, CommandTable commands, LoopUsage usage) {
        this.loop = loop;
        this.usage = usage;
        this.slowLog = slowLog;
        this.values = new StoredValues(commands);
        this.failover = new FailoverWait(loop);
        this.lease = new LeaseWait(loop);
    }

    /**
     * Whether a command may now be sent on its route, or answered by it. If not, it has to be handled again, before all
     * that follow it: when earlier commands that took another path are answered, or when its node can be reached.
     *
     * @param slot negative when the command is not about one slot
     * @param hopsLeft of the command when it came in
     */
    public boolean admits(ClientSession session, Topology now, int slot, Route route, int hopsLeft) {
        if (!session.isInOrder(now.routes(), slot)) {
            return false;
        }
        boolean waits = mustAwaitFailover(session, now, route, hopsLeft);
        if (waits) {
            session.hold();
        }
        return !waits;
    }

    /**
     * Whether what is to be sent on a route has to wait for a lease or a failover, until
     * {@link SessionLoop#releaseHeld}.
     *
     * @param hopsLeft of the command when it came in
     */
    public boolean mustAwaitFailover(ClientSession session, Topology now, Route route, int hopsLeft) {
        if (route instanceof Target.Local && lease.isNeeded()) {
            return true;
        }
        if (!failover.isOn()) {
            return false;
        }
        Endpoint endpoint = null;
        if (route instanceof Target.Local local) {
            endpoint = local.node();
        } else if (route instanceof Target.Remote peer && hopsLeft != 0) {
            endpoint = peer.endpoint(hopsLeft == CommandHandler.NOT_FORWARDED ? firstHops() : hopsLeft - 1);
        }
        return failover.isNeeded(session, now, route, endpoint, hopsLeft);
    }

    /** The place for the reply to a command that is sent; one of so many commands is sampled for the slow log. */
    public PendingReply expectReply(ClientSession session, Command command, CommandFrame frame) {
        PendingReply reply = session.expectReply(command.id());
        if (--untilSample <= 0) {
            untilSample = slowLog.sampleRate();
            reply.sample(slowLog.begin(frame, session.client()));
        }
        return reply;
    }

    /**
     * Sends a command where its route leads, or answers it.
     *
     * @param slot of its keys or channel; negative when it is not about one slot
     * @param hopsLeft of the command when it came in
     */
    public void send(
            ClientSession session,
            Topology now,
            Command command,
            CommandFrame frame,
            int slot,
            Route route,
            int hopsLeft) {
        if (route instanceof Target.Local local) {
            toNode(session, now, command, frame, local.node(), expectReply(session, command, frame));
        } else if (route instanceof Target.Remote peer) {
            int hops = nextHops(session, command, hopsLeft);
            if (hops != NO_HOPS_LEFT) {
                toPeer(session, command, frame, peer, hops, expectReply(session, command, frame));
            }
        } else {
            decline(session, command, slot, route);
        }
    }

    /**
     * Sends a command with keys to a Redis node: its values in their stored form where the cluster compresses values.
     */
    public void toNode(
            ClientSession session,
            Topology now,
            Command command,
            CommandFrame frame,
            Endpoint node,
            ReplyReceiver receiver) {
        if (command.mayWrite()) {
            session.written().add(node);
        }
        ReplyReceiver client =
                usage.isDue() ? usage.sample(session.client().role(), command, frame, receiver) : receiver;
        if (now.compression() == CompressionStrategy.DISABLED) {
            send(session, command, frame, node, client);
            return;
        }
        StoredValues.Stored stored = store(now, command, frame);
        BackendFailure refusal = stored.refusal();
        if (refusal != null) {
            client.fail(refusal);
        } else {
            send(session, command, stored.frame(), node, values.reader(command, client));
        }
    }

    /** Notes that a command with keys is carried out on an own node otherwise than by {@link #toNode}. */
    public void used(ClientSession session, Command command, CommandFrame frame) {
        if (usage.isDue()) {
            usage.sampleWithoutReply(session.client().role(), command, frame);
        }
    }

    /** Whether a command reads keys of a slot and may do so without a lease, which there is not at the moment. */
    public boolean isStaleRead(ClientSession session, Command command, int slot) {
        return loop.settings().allowStaleReads()
                && !loop.proxyLoop().holdsLease()
                && slot >= 0
                && command.has(CommandFlag.READONLY)
                && !command.mayWrite()
                && session.features().isEmpty();
    }

    /** Sends a {@linkplain #isStaleRead stale read}; false when it has to be handled again. */
    public boolean readStale(ClientSession session, Topology now, Command command, CommandFrame frame, Endpoint node) {
        if (!session.beginStaleRead()) {
            return false;
        }
        loop.stats().add(Counter.STALE_READS, 1);
        ReplyReceiver reply = expectReply(session, command, frame);
        NodeConnection connection =
                loop.connections().stale(node, session.client().protocol());
        StoredValues.Stored stored = store(now, command, frame);
        BackendFailure refusal = stored.refusal();
        if (refusal != null) {
            reply.fail(refusal);
            return true;
        }
        boolean isPlain = now.compression() == CompressionStrategy.DISABLED;
        connection.send(stored.frame(), isPlain ? reply : values.reader(command, reply));
        awaitWritable(session, connection);
        return true;
    }

    /** A command in the form in which it is sent to a node later. */
    public StoredValues.Stored store(Topology now, Command command, CommandFrame frame) {
        return values.store(now.compression(), command, frame, System.nanoTime() - now.compressionKnownSinceNanos());
    }

    /** Whether the reply to a command may have compressed values in it. */
    public boolean reads(Command command) {
        return values.reads(command);
    }

    /**
     * Decompresses the reply to a transaction for its receiver.
     *
     * @param readers the places of commands that read values; absent if there are none
     */
    public ReplyReceiver reader(Topology now, @Nullable BitSet readers, ReplyReceiver receiver) {
        return readers == null || now.compression() == CompressionStrategy.DISABLED
                ? receiver
                : values.reader(readers, receiver);
    }

    /** Sends a command to a Redis node as it is. */
    public void toNode(
            ClientSession session, Command command, CommandFrame frame, Endpoint node, ReplyReceiver receiver) {
        if (command.mayWrite()) {
            session.written().add(node);
        }
        send(session, command, frame, node, receiver);
    }

    private void send(
            ClientSession session, Command command, CommandFrame frame, Endpoint node, ReplyReceiver receiver) {
        NodeConnection connection = session.features().connectionTo(node);
        connection.send(frame, held(command.mayWrite(), node, receiver));
        awaitWritable(session, connection);
    }

    /** Sends a command that names no keys to a Redis node, where it has access to none. */
    public void toNodeWithoutKeys(ClientSession session, CommandFrame frame, Endpoint node, ReplyReceiver receiver) {
        NodeConnection connection =
                loop.connections().keyless(node, session.client().protocol());
        connection.send(frame, new KeylessReply(receiver));
        awaitWritable(session, connection);
    }

    /**
     * Has a peer carry a command out.
     *
     * @param hops how many more proxies may forward it
     */
    public void toPeer(
            ClientSession session,
            Command command,
            CommandFrame frame,
            Target.Remote peer,
            int hops,
            ReplyReceiver receiver) {
        forward(session, command, frame, peer.endpoint(hops), hops, receiver);
    }

    /**
     * Has a peer carry a command out on its own nodes only: it asks no other proxy, so it waits for none.
     *
     * @param hops of the session's commands with keys, so that this one stays in order with them
     */
    public void toNodesOfPeer(
            ClientSession session,
            Command command,
            CommandFrame frame,
            Target.Remote peer,
            int hops,
            ReplyReceiver receiver) {
        forward(session, command, frame, peer.endpoint(hops), 0, receiver);
    }

    private static void forward(
            ClientSession session,
            Command command,
            CommandFrame frame,
            Endpoint peer,
            int hops,
            ReplyReceiver receiver) {
        if (command.mayWrite()) {
            session.written().add(peer);
        }
        NodeConnection connection = session.features().connectionTo(peer);
        connection.sendForwarded(frame, hops, receiver);
        awaitWritable(session, connection);
    }

    /**
     * Sends a command to a node or peer on a connection of its own, so that it waits for no other and is in no order
     * with those of the session.
     */
    public void separately(Endpoint endpoint, CommandFrame frame, ReplyReceiver receiver) {
        SeparateCall.send(loop.proxyLoop(), endpoint, frame, receiver);
    }

    /** The receiver of the reply to a command that is sent to a node or peer next. */
    public ReplyReceiver held(boolean mayWrite, Endpoint endpoint, ReplyReceiver receiver) {
        return mayWrite ? loop.connections().acks().hold(endpoint, receiver) : receiver;
    }

    /** Sends several commands; all replies but the last are for one receiver. */
    public void sendAll(
            ClientSession session,
            ByteBuf commands,
            int count,
            Endpoint endpoint,
            ReplyReceiver others,
            ReplyReceiver last) {
        NodeConnection connection = session.features().connectionTo(endpoint);
        connection.sendAll(commands, count, others, last);
        awaitWritable(session, connection);
    }

    private static void awaitWritable(ClientSession session, NodeConnection connection) {
        if (!connection.isWritable()) {
            session.awaitWritable(connection);
        }
    }

    /**
     * A {@linkplain SessionFeatures#pin pinned} connection for the session's present command; null when too many are
     * in use, which the client has been told then.
     */
    public static @Nullable PinnedConnection pin(ClientSession session, Endpoint endpoint) {
        PinnedConnection connection = session.features().pin(endpoint);
        if (connection == null) {
            RespWriter.error(session.replyBuffer(), BackendFailure.TOO_MANY_PINNED.message());
        }
        return connection;
    }

    /** How many more proxies may forward a client's own command after the first peer. */
    public int firstHops() {
        return loop.settings().maxRedirections() - 2;
    }

    /** Where a client's own commands go: all that go to one peer take one way, so they stay in order. */
    public Endpoint endpoint(Route.Send route) {
        return route.endpoint(firstHops());
    }

    /**
     * How many more proxies may forward a command after the peer it is sent to, or {@link #NO_HOPS_LEFT}, which the
     * client has been told then.
     *
     * @param hopsLeft of the command when it came in
     */
    public int nextHops(ClientSession session, Command command, int hopsLeft) {
        int hops = hopsLeft == CommandHandler.NOT_FORWARDED ? firstHops() : hopsLeft - 1;
        if (hops < 0) {
            refuse(session, command, "ERR_TOO_MANY_REDIRECTIONS");
            return NO_HOPS_LEFT;
        }
        loop.stats().add(Counter.FORWARDED_TO_PEER, 1);
        return hops;
    }

    /** Answers a command that is refused or redirected, or holds its session. */
    public void decline(ClientSession session, Command command, int slot, Route route) {
        if (route == Route.HOLD) {
            session.hold();
        } else if (route instanceof Route.Redirect redirect) {
            redirect(session, slot, redirect.peer());
        } else if (route instanceof Route.Refuse refuse) {
            refuse(session, command, refuse.error());
        } else {
            throw new IllegalStateException("route " + route + " of " + command + " is not to be declined");
        }
    }

    /** Tells the client that a peer has the slot. */
    public void redirect(ClientSession session, int slot, Target.Remote peer) {
        loop.stats().add(Counter.MOVED, 1);
        ByteBuf out = session.replyBuffer();
        out.writeCharSequence("-MOVED ", StandardCharsets.US_ASCII);
        out.writeCharSequence(Integer.toString(slot), StandardCharsets.US_ASCII);
        out.writeBytes(session.client().ports().movedTail(peer));
    }

    /** Answers a command that is not executed with an error, and counts it. */
    public void refuse(ClientSession session, Command command, String error) {
        loop.stats().rejected(command.id());
        RespWriter.error(session.replyBuffer(), error);
    }
}
