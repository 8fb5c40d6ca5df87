package io.undermoon.proxy.forward;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.command.Policy;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.topology.Topology;
import java.util.List;
import java.util.function.Predicate;

/** Decides where commands go. Has no state and no side effects; thread-safe. */
public final class Router {
    /** The route of slots that nobody serves. */
    static final Route.Refuse NOT_SERVED = new Route.Refuse("CLUSTERDOWN Hash slot not served");

    private static final Route.Refuse UNDECIDED =
            new Route.Refuse("TRYAGAIN it is being found out who has the slot; nothing was executed");
    private static final Route.Refuse NO_CLUSTER = new Route.Refuse(CommandErrors.NO_CLUSTER);

    private final Predicate<Endpoint> readableReplica;
    private final boolean activeRedirection;
    private final Route unassigned;

    /**
     * @param readableReplica whether a replica behind this proxy may serve reads now
     */
    public Router(Predicate<Endpoint> readableReplica, SessionSettings settings) {
        this.readableReplica = readableReplica;
        this.activeRedirection = settings.activeRedirection();
        this.unassigned = unassigned(settings.redirectUnassigned());
    }

    private static Route unassigned(String address) {
        if (address.isEmpty()) {
            return NO_CLUSTER;
        }
        byte[] movedTail = Target.Remote.movedTail(address);
        return new Route.Redirect(new Target.Remote(new ProxyAddress(address), List.of(), movedTail, false));
    }

    /**
     * The route of a command by the slot of its keys.
     *
     * @param now the topology in the role in which the client is served
     * @param slot as {@link Keys#slotOf} tells it
     * @param fromReplica whether the client accepts reads from replicas ({@code READONLY})
     */
    public Route route(Topology now, Command command, int slot, boolean fromReplica) {
        boolean isMaster = now.role() == Role.MASTER;
        if (slot < 0 && now.clusterName() != null) {
            if (slot == Keys.CROSS_SLOT && command.policy() == Policy.SPLIT && activeRedirection && isMaster) {
                return Route.SPLIT;
            }
            // Redis refuses such arguments itself; of a module's command only its key specs say that they make no
            // sense.
            if (slot == Keys.NO_KEY || slot == Keys.MALFORMED && !command.has(CommandFlag.MODULE)) {
                return Route.ANY_NODE;
            }
        }
        if (fromReplica && isMaster && slot >= 0 && command.has(CommandFlag.READONLY)) {
            Target.Local replica = now.routes().localReplica(slot);
            boolean ownerIsLocal = now.routes().settledOwner(slot) instanceof Target.Local;
            if (replica != null && !ownerIsLocal && readableReplica.test(replica.node())) {
                return replica;
            }
        }
        return routeToOwner(now, command, slot, fromReplica);
    }

    /**
     * The route of a command that needs keys, and all of them in one slot. Never splits, and never leads to any node.
     *
     * @param fromReplica whether the client accepts reads from replicas, which matters where it is served as by one
     */
    public Route routeToOwner(Topology now, Command command, int slot, boolean fromReplica) {
        if (now.clusterName() == null) {
            return unassigned(now, slot);
        }
        if (slot < 0) {
            return new Route.Refuse(CommandErrors.unroutable(command, slot));
        }
        if (now.role() == Role.REPLICA) {
            return routeAtReplica(now.routes(), command, slot, fromReplica);
        }
        Target owner = now.routes().owner(slot);
        if (owner instanceof Target.Local local) {
            return command.isWritingScript() && now.routes().isHandingOver(local.node()) ? Route.HOLD : local;
        }
        if (owner instanceof Target.Slowed slowed) {
            boolean passes = slowed.onlyWatches() || command.has(CommandFlag.READONLY);
            return passes ? slowed.node() : Route.HOLD;
        }
        return !activeRedirection && owner instanceof Target.Remote peer ? new Route.Redirect(peer) : served(owner);
    }

    /** As Redis Cluster does it: a replica executes what does not write, for clients that have asked for that. */
    private Route routeAtReplica(RouteTable routes, Command command, int slot, boolean fromReplica) {
        if (fromReplica && !command.has(CommandFlag.WRITE)) {
            Target.Local replica = routes.localReplica(slot);
            if (replica != null && readableReplica.test(replica.node())) {
                return replica;
            }
        }
        return routes.master(slot) instanceof Target.Remote master ? new Route.Redirect(master) : NOT_SERVED;
    }

    /**
     * The route of what is published to a channel of the slot: clients may publish at any proxy, so it never redirects.
     */
    public Route routeToChannel(Topology now, int slot) {
        return now.clusterName() == null
                ? unassigned(slot)
                : served(now.routes().owner(slot));
    }

    /** Where the channels of a slot are subscribed to, which a handover does not interrupt. */
    public Route routeToSubscribe(Topology now, int slot) {
        if (now.clusterName() == null) {
            return unassigned(slot);
        }
        Target owner = now.routes().settledOwner(slot);
        return served(owner == Target.UNSERVED ? now.routes().owner(slot) : owner);
    }

    /** Whether commands that may write to the slot are held. */
    public static boolean isHeld(Topology now, int slot) {
        Target owner = now.routes().owner(slot);
        return owner instanceof Target.Slowed slowed && !slowed.onlyWatches()
                || owner instanceof Target.Held held && !held.refuses();
    }

    /**
     * Whether scripts of the slot are held though its other commands are not: its node hands other slots over. A script
     * may write to keys of those, too, which would be lost after the rest was copied.
     */
    public static boolean holdsScripts(Topology now, int slot) {
        return now.routes().settledOwner(slot) instanceof Target.Local local
                && now.routes().isHandingOver(local.node());
    }

    /**
     * Whether clients wait before they begin to watch keys of the slot, which its handover would end.
     *
     * @param slot negative for keys that have none in common
     */
    public static boolean holdsWatches(Topology now, int slot) {
        return slot >= 0 && now.routes().owner(slot) instanceof Target.Slowed slowed && slowed.onlyWatches();
    }

    /**
     * Clients that do not know yet that this proxy has left the cluster are sent to where the slot was then, also with
     * active redirection: this proxy forwards for no cluster now, and cluster clients follow.
     */
    private Route unassigned(Topology now, int slot) {
        Target.Remote former = slot < 0 ? null : now.formerOwner(slot);
        return former == null ? unassigned(slot) : new Route.Redirect(former);
    }

    /**
     * The answer of a proxy that belongs to no cluster.
     *
     * @param slot the command's; negative when it is not about one slot, so that there is no {@code MOVED}
     */
    public Route unassigned(int slot) {
        return slot < 0 ? NO_CLUSTER : unassigned;
    }

    private static Route served(Target owner) {
        if (owner instanceof Route.Send send) {
            return send;
        }
        if (owner instanceof Target.Slowed slowed) {
            return slowed.node();
        }
        return owner instanceof Target.Held held ? held.refuses() ? UNDECIDED : Route.HOLD : NOT_SERVED;
    }
}
