package io.undermoon.proxy.session;

import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.compression.StoredValues;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.Topology;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands with keys to Redis nodes, where the cluster has compressed values with these in their stored form. Costs a look at
 * the cluster's configuration where there are none. Owned by a loop.
 */
final class ValueCourier {
    private final Courier courier;
    private final StoredValues values;

    ValueCourier(Courier courier, CommandTable commands) {
        this.courier = courier;
        this.values = new StoredValues(commands);
    }

    void toNode(
            ClientSession session,
            Topology now,
            Command command,
            CommandFrame frame,
            Endpoint node,
            ReplyReceiver receiver) {
        if (now.compression() == CompressionStrategy.DISABLED) {
            courier.toNode(session, frame, node, receiver);
            return;
        }
        StoredValues.Stored stored = store(now, command, frame);
        BackendFailure refusal = stored.refusal();
        if (refusal != null) {
            receiver.fail(refusal);
        } else {
            courier.toNode(session, stored.frame(), node, values.reader(command, receiver));
        }
    }

    /** A command as it is to be sent to a node later. */
    StoredValues.Stored store(Topology now, Command command, CommandFrame frame) {
        return values.store(now.compression(), command, frame, System.nanoTime() - now.compressionKnownSinceNanos());
    }

    /** Whether values in the reply to a command may be compressed. */
    boolean reads(Command command) {
        return values.reads(command);
    }

    /**
     * Who receives the reply to a transaction, to pass it on with plain values.
     *
     * @param readers the places of commands that read; absent if there are none
     */
    ReplyReceiver reader(Topology now, @Nullable BitSet readers, ReplyReceiver receiver) {
        return readers == null || now.compression() == CompressionStrategy.DISABLED
                ? receiver
                : values.reader(readers, receiver);
    }
}
