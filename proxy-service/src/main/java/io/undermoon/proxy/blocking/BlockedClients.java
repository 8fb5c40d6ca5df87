package io.undermoon.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a loop that are blocked in a command such as {@code BLPOP}.
 *
 * <p>When the slot that such a command is about is served somewhere else, it is unblocked where it waits and handled
 * again by the routes of that moment: with active redirection it goes on waiting at the new owner for the rest of its
 * time, without it the client gets {@code MOVED}, and {@code CLUSTERDOWN} when the slot is not served. An element that
 * the old owner gave in the same moment is delivered.
 *
 * <p>An element that was taken for a client that had left by then is put back. Owned by the loop.
 */
final class BlockedClients {
    private static final Logger LOG = Logger.getLogger(BlockedClients.class);

    /** A command that puts elements back, and the slot of its key. */
    private record PutBack(CommandFrame frame, int slot) {}

    private final ProxyLoop loop;
    private final NodeConnections connections;
    private final TopologyStore topology;
    private final int peerHops;
    private final Set<BlockedCommand> commands = new LinkedHashSet<>();

    /** Those whose slot is being handed over. */
    private List<PutBack> held = new ArrayList<>();

    /**
     * @param peerHops how many more proxies may forward a command after the peer it is sent to
     */
    BlockedClients(NodeConnections connections, TopologyStore topology, int peerHops) {
        this.loop = connections.loop();
        this.connections = connections;
        this.topology = topology;
        this.peerHops = peerHops;
    }

    void add(BlockedCommand command) {
        commands.add(command);
    }

    void remove(BlockedCommand command) {
        commands.remove(command);
    }

    /** Runs a task at the end of the loop's turn, when all sockets have been read. */
    void atEndOfTurn(Runnable task) {
        loop.execute(task);
    }

    /** The receiver of a reply that has arrived from a node and may have to wait for its replicas. */
    ReplyReceiver whenReplicated(Endpoint node, ReplyReceiver receiver) {
        return connections.acks().hold(node, receiver);
    }

    /** Puts elements back with the owner of their slot, as soon as there is one. */
    void putBack(CommandFrame frame, int slot) {
        Target owner = topology.current().routes().owner(slot);
        if (owner instanceof Target.Local local) {
            connections.shared(local.node()).send(frame, new PutBackReply(local.node()));
        } else if (owner instanceof Target.Remote peer) {
            Endpoint endpoint = peer.endpoint(peerHops);
            connections.shared(endpoint).sendForwarded(frame, peerHops, new PutBackReply(endpoint));
        } else {
            held.add(new PutBack(frame, slot));
        }
    }

    /** Tells the operator when elements are lost: there is no client any more that could be told. */
    private static final class PutBackReply implements ReplyReceiver {
        private final Endpoint endpoint;
        private @Nullable StringBuilder error;

        PutBackReply(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            StringBuilder text = error;
            if (text == null && in.getByte(from) == '-') {
                text = new StringBuilder();
                error = text;
            }
            if (text != null) {
                text.append(in.toString(from, to - from, StandardCharsets.UTF_8));
                if (last) {
                    warn(text.toString().strip());
                }
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            warn(failure.message());
        }

        private void warn(String reason) {
            LOG.warnf(
                    "Elements taken for a client that has left are not put back: node=%s reason=%s", endpoint, reason);
        }
    }

    void schedule(Runnable task, long delay, TimeUnit unit) {
        loop.eventLoop().schedule(task, delay, unit);
    }

    /** The topology has changed: commands that wait at a node that no longer has their slot are repeated. */
    void follow() {
        List<PutBack> waiting = held;
        held = new ArrayList<>();
        waiting.forEach(each -> putBack(each.frame(), each.slot()));
        for (BlockedCommand command : List.copyOf(commands)) {
            if (!isAtOwner(command, topology.current(command.role()))) {
                command.repeat();
            }
        }
    }

    private static boolean isAtOwner(BlockedCommand command, Topology now) {
        Target owner = now.routes().owner(command.slot());
        if (owner instanceof Target.Slowed slowed) {
            return slowed.node().node().equals(command.endpoint());
        }
        if (owner instanceof Target.Local local) {
            return local.node() == command.endpoint();
        }
        return owner instanceof Target.Remote remote
                && remote.endpoint(command.endpoint().hopsLeft()).base() == command.endpoint();
    }
}
