package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.slot.Slot;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds who serves a command, and tells the client when nobody does or somebody else does. Every method that refuses has
 * written the error to the session when it returns. Owned by a loop.
 */
final class Router {
    static final int REFUSED = -1;

    /** The keys are in several slots and the command can be split. */
    static final int SPLIT = -2;

    /**
     * Any node may have the command: a script that names no key, or arguments of which no node can make sense, so that the node
     * refuses them in the words of Redis.
     */
    static final int KEYLESS = -3;

    /** The command did not come from a peer. */
    static final int NOT_FORWARDED = -1;

    private final TopologyStore topology;
    private final Predicate<Endpoint> readableReplica;
    private final SessionSettings settings;
    private final LoopStats stats;

    Router(TopologyStore topology, Predicate<Endpoint> readableReplica, SessionSettings settings, LoopStats stats) {
        this.topology = topology;
        this.readableReplica = readableReplica;
        this.settings = settings;
        this.stats = stats;
    }

    /** The topology to route one command by. */
    Topology topology() {
        return topology.current();
    }

    /** The address the metadata knows this proxy by. */
    ProxyAddress self() {
        return topology.self();
    }

    /** The slot of the keys of a command, or {@link #REFUSED}. */
    int slot(ClientSession session, Topology now, Command command, CommandFrame frame) {
        return accepted(session, now, command, Keys.slotOf(command, frame));
    }

    /** Like {@link #slot}, but where one slot is not needed it is {@link #SPLIT} or {@link #KEYLESS}. */
    int slotOrNone(ClientSession session, Topology now, Command command, CommandFrame frame) {
        int slot = Keys.slotOf(command, frame);
        if (slot < 0 && now.clusterName() != null) {
            if (slot == Keys.CROSS_SLOT && command.policy() == Policy.SPLIT && settings.activeRedirection()) {
                return SPLIT;
            }
            // Redis refuses such arguments itself; of a module's command only its specs say that they make no sense.
            if (slot == Keys.NO_KEY || slot == Keys.MALFORMED && !command.has(CommandFlag.MODULE)) {
                return KEYLESS;
            }
        }
        return accepted(session, now, command, slot);
    }

    private int accepted(ClientSession session, Topology now, Command command, int slot) {
        if (!isAssigned(session, now, command, slot)) {
            return REFUSED;
        }
        if (slot < 0) {
            stats.rejected(command.id());
            CommandErrors.unroutable(command, slot, session.replyBuffer());
            return REFUSED;
        }
        return slot;
    }

    /** The replica behind this proxy that a client with {@code READONLY} reads the slot from; null when there is none. */
    @Nullable
    Endpoint replica(ClientSession session, Topology now, Command command, int slot) {
        if (!session.client().readOnly() || !command.has(CommandFlag.READONLY)) {
            return null;
        }
        Endpoint replica = now.routes().localReplica(slot);
        boolean isLocal = now.routes().settledOwner(slot) instanceof Target.Local;
        return replica == null || isLocal || !readableReplica.test(replica) ? null : replica;
    }

    /**
     * Who serves the slot; null when refused: nobody does, or another proxy does and the client has to go there itself. Also
     * null when the slot is held; the {@linkplain ClientSession#isHeld session is} then too, and the command comes again.
     */
    @Nullable
    Target target(ClientSession session, Topology now, Command command, int slot) {
        Target target = served(session, now, command, slot);
        if (!settings.activeRedirection() && target instanceof Target.Remote remote) {
            redirect(session, slot, session.client().ports().movedTail(remote));
            return null;
        }
        return target;
    }

    /** The slot of the channel to which a command publishes, or {@link #REFUSED}. */
    int channelSlot(ClientSession session, Topology now, Command command, CommandFrame frame) {
        int slot = Slot.of(frame.buffer(), frame.argumentStart(1), frame.argumentLength(1));
        return isAssigned(session, now, command, slot) ? slot : REFUSED;
    }

    /** Who serves the slot of a channel, be it another proxy; null when refused: nobody does. Or the session is held. */
    @Nullable
    Target owner(ClientSession session, Topology now, Command command, int slot) {
        return isAssigned(session, now, command, slot) ? served(session, now, command, slot) : null;
    }

    /** Where the channels of the slot are subscribed to, which no handover interrupts; null when refused. */
    @Nullable
    Target home(ClientSession session, Topology now, Command command, int slot) {
        if (!isAssigned(session, now, command, slot)) {
            return null;
        }
        Target target = now.routes().settledOwner(slot);
        return target == Target.UNSERVED ? served(session, now, command, slot) : target;
    }

    /** Whether the slot is held, and the session with it until it no longer is. */
    boolean holds(ClientSession session, Topology now, int slot) {
        boolean held = now.routes().owner(slot) instanceof Target.Held target && !target.refuses();
        if (held) {
            session.hold();
        }
        return held;
    }

    /**
     * Whether the proxy belongs to a cluster; false when refused.
     *
     * @param slot for which it matters, or {@link #REFUSED} when it is not about a single one
     */
    boolean isAssigned(ClientSession session, Topology now, Command command, int slot) {
        if (now.clusterName() == null) {
            refuseUnassigned(session, command, slot);
            return false;
        }
        return true;
    }

    private @Nullable Target served(ClientSession session, Topology now, Command command, int slot) {
        Target target = now.routes().owner(slot);
        if (target == Target.UNSERVED) {
            stats.rejected(command.id());
            write(session, "-CLUSTERDOWN Hash slot not served\r\n");
            return null;
        }
        if (target instanceof Target.Held held) {
            if (held.refuses()) {
                stats.rejected(command.id());
                write(session, "-TRYAGAIN it is being found out who has the slot; nothing was executed\r\n");
            } else {
                session.hold();
            }
            return null;
        }
        return target;
    }

    /** Where the commands for a target go: to a peer on the way that the client's other commands take, to keep their order. */
    Endpoint endpoint(Target target) {
        if (target instanceof Target.Local local) {
            return local.node();
        }
        if (target instanceof Target.Remote remote) {
            return remote.byHopsLeft().get(firstHops());
        }
        throw new IllegalArgumentException("nobody serves " + target);
    }

    /** How many more proxies may pass a client's own command on after the first peer. */
    int firstHops() {
        return settings.maxRedirections() - 2;
    }

    /**
     * How many more proxies may pass the command on after the next one, or {@link #REFUSED}.
     *
     * @param hopsLeft what the command came with, or {@link #NOT_FORWARDED}
     */
    int nextHops(ClientSession session, Command command, int hopsLeft) {
        int hops = hopsLeft == NOT_FORWARDED ? firstHops() : hopsLeft - 1;
        if (hops < 0) {
            stats.rejected(command.id());
            write(session, "-ERR_TOO_MANY_REDIRECTIONS\r\n");
            return REFUSED;
        }
        stats.add(Counter.FORWARDED_TO_PEER, 1);
        return hops;
    }

    static void write(ClientSession session, String reply) {
        session.replyBuffer().writeCharSequence(reply, StandardCharsets.US_ASCII);
    }

    void redirect(ClientSession session, int slot, byte[] movedTail) {
        stats.add(Counter.MOVED, 1);
        ByteBuf out = session.replyBuffer();
        out.writeCharSequence("-MOVED ", StandardCharsets.US_ASCII);
        out.writeCharSequence(Integer.toString(slot), StandardCharsets.US_ASCII);
        out.writeBytes(movedTail);
    }

    private void refuseUnassigned(ClientSession session, Command command, int slot) {
        if (slot >= 0 && !settings.redirectUnassigned().isEmpty()) {
            byte[] tail = (" " + settings.redirectUnassigned() + "\r\n").getBytes(StandardCharsets.US_ASCII);
            redirect(session, slot, tail);
        } else {
            stats.rejected(command.id());
            write(session, "-CLUSTERDOWN this proxy belongs to no cluster (ERR_CLUSTER_NOT_FOUND)\r\n");
        }
    }
}
