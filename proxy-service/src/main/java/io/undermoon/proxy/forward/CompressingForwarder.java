package io.undermoon.proxy.forward;

import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.compression.StoredValues;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.topology.Topology;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands with keys by their route. To Redis nodes of a cluster with compression it sends the values in their stored
 * form; elsewhere compression costs one comparison. Owned by a loop.
 */
public final class CompressingForwarder {
    private final Forwarder forwarder;
    private final StoredValues values;

    public CompressingForwarder(Forwarder forwarder, CommandTable commands) {
        this.forwarder = forwarder;
        this.values = new StoredValues(commands);
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
            toNode(session, now, command, frame, local.node(), forwarder.expectReply(session, command, frame));
        } else if (route instanceof Target.Remote peer) {
            int hops = forwarder.nextHops(session, command, hopsLeft);
            if (hops != Forwarder.NO_HOPS_LEFT) {
                forwarder.toPeer(session, frame, peer, hops, forwarder.expectReply(session, command, frame));
            }
        } else {
            forwarder.decline(session, command, slot, route);
        }
    }

    /** Sends a command to a Redis node. */
    public void toNode(
            ClientSession session,
            Topology now,
            Command command,
            CommandFrame frame,
            Endpoint node,
            ReplyReceiver receiver) {
        if (now.compression() == CompressionStrategy.DISABLED) {
            forwarder.toNode(session, frame, node, receiver);
            return;
        }
        StoredValues.Stored stored = store(now, command, frame);
        BackendFailure refusal = stored.refusal();
        if (refusal != null) {
            receiver.fail(refusal);
        } else {
            forwarder.toNode(session, stored.frame(), node, values.reader(command, receiver));
        }
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
}
