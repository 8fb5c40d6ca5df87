package io.undermoon.proxy.topology;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.umctl.SetCluster;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Computes the routes from a {@code SETCLUSTER} message: a pure function.
 *
 * <p>Migrating slots are routed to their source until they are known to have arrived, or the migration is committed. An
 * {@code IMPORTING} entry only names the source, in case that has no entry of its own. The two proxies of a migration
 * route by {@link SlotOwnership} instead.
 */
final class Routing {
    private final Map<TaggedSlots, SlotOwnership> ownership;
    private final Set<TaggedSlots> switched;
    private final RoleChanges roleChanges;
    private final Unproven unproven;
    private final Self self;
    private final Endpoints endpoints;
    private final RouteTable.Builder routes = new RouteTable.Builder();
    private final Set<Endpoint> used = new HashSet<>();

    private Routing(
            Map<TaggedSlots, SlotOwnership> ownership,
            Set<TaggedSlots> switched,
            RoleChanges roleChanges,
            Unproven unproven,
            Self self,
            Endpoints endpoints) {
        this.ownership = ownership;
        this.switched = switched;
        this.roleChanges = roleChanges;
        this.unproven = unproven;
        this.self = self;
        this.endpoints = endpoints;
    }

    /**
     * @param table for clients that the proxy serves as a master
     * @param replicas for clients that it serves as a replica
     */
    record Routes(RouteTable table, RouteTable replicas, Set<Endpoint> endpoints) {}

    /**
     * The nodes behind this proxy that are not used, since they may have keys of others.
     *
     * @param nodes whose slots are held
     * @param refused those of them that are known to have such keys; their slots are not served
     */
    record Unproven(Set<NodeAddress> nodes, Set<NodeAddress> refused) {
        /** The target for slots of a node. */
        Target hide(NodeAddress node, Target target) {
            if (!nodes.contains(node)) {
                return target;
            }
            return refused.contains(node) ? Target.UNSERVED : new Target.Held(target, false);
        }
    }

    /**
     * @param ownership the owner of each range that moves to or from a node behind this proxy
     * @param switched the ranges that move between peers and have arrived
     * @param roleChanges the nodes behind this proxy whose slots are held
     * @param unproven the nodes behind this proxy that are not used
     */
    static Routes of(
            SetCluster cluster,
            Map<TaggedSlots, SlotOwnership> ownership,
            Set<TaggedSlots> switched,
            RoleChanges roleChanges,
            Unproven unproven,
            Self self,
            Endpoints endpoints) {
        return new Routing(ownership, switched, roleChanges, unproven, self, endpoints).build(cluster);
    }

    private Routes build(SetCluster cluster) {
        cluster.local().forEach((node, slots) -> slots.forEach(this::addSourceOfImport));
        cluster.peers().forEach((proxy, slots) -> slots.forEach(this::addSourceOfImport));
        cluster.peers().forEach((proxy, slots) -> addOwned(slots, remote(proxy)));
        cluster.local().forEach((address, slots) -> {
            addOwned(slots, own(address));
            slots.forEach(range -> addMoving(range, address, roleChanges.of(address)));
        });
        roleChanges.nodes().values().forEach(this::addLeft);
        for (ReplicaNode replica : cluster.replicas()) {
            if (self.has(replica)) {
                Target.Local node = new Target.Local(redis(replica.nodeAddress().value()));
                for (TaggedSlots slots : replica.slots()) {
                    if (!slots.isImporting()) {
                        // Migrating slots are read from the master only: a replica does not know when they are
                        // switched.
                        routes.localReplica(slots.rangeList(), node, slots.isStable());
                    }
                }
            }
        }
        Target.Remote asMaster = new Target.Remote(
                self.address(),
                List.of(),
                Target.Remote.movedTail(self.address().value()),
                false);
        return new Routes(routes.build(), routes.buildForReplicas(asMaster), used);
    }

    private void addOwned(List<TaggedSlots> slots, Target target) {
        for (TaggedSlots range : slots) {
            if (range.tag() instanceof SlotState.Migrating migrating && switched.contains(range)) {
                routes.owner(range.rangeList(), moving(destinationOf(migrating)));
            } else if (!range.isImporting()) {
                routes.owner(range.rangeList(), range.isStable() ? target : moving(target));
            }
        }
    }

    /** A target for slots that move: their commands may be held and must not hold those for other slots. */
    private Target moving(Target target) {
        if (!(target instanceof Target.Remote peer)) {
            return target;
        }
        Target.Remote moving = peer.forMoving(endpoints);
        used.addAll(moving.byHopsLeft());
        return moving;
    }

    /** The target for slots that a node behind this proxy has, whether since the metadata or since a move. */
    private Target own(NodeAddress address) {
        return unproven.hide(address, serving(new Target.Local(redis(address.value())), roleChanges.of(address)));
    }

    /** The target for slots of a node behind this proxy, which are held while its role changes. */
    private static Target serving(Target node, RoleChanges.@Nullable State change) {
        if (change instanceof RoleChanges.State.Rising rising) {
            return new Target.Held(node, rising.refuses());
        }
        if (change instanceof RoleChanges.State.SteppedDown down) {
            return new Target.Held(node, down.refuses());
        }
        return node;
    }

    /** Holds the slots of a former master until its successor is a master. */
    private void addLeft(RoleChanges.State change) {
        if (change instanceof RoleChanges.State.Left left) {
            routes.owner(left.slots(), new Target.Held(remote(left.successor()), false));
        }
    }

    /** Routes slots that move from or to a node behind this proxy by their ownership. */
    private void addMoving(TaggedSlots slots, NodeAddress address, RoleChanges.@Nullable State change) {
        Target.Local node = new Target.Local(redis(address.value()));
        SlotOwnership known = ownership.get(slots);
        if (known == null || isFromOwnNode(slots)) {
            return;
        }
        Target remote = node;
        if (slots.tag() instanceof SlotState.Migrating migrating) {
            remote = moving(destinationOf(migrating));
        } else if (slots.tag() instanceof SlotState.Importing importing) {
            remote = moving(sourceOf(importing));
        }
        Target before = slots.isMigrating() ? node : remote;
        Target target = switch (known) {
            case LOCAL -> unproven.hide(address, serving(node, change));
            case SLOWED ->
                unproven.hide(address, change == null ? new Target.Slowed(node, false) : serving(node, change));
            case SETTLING ->
                unproven.hide(address, change == null ? new Target.Slowed(node, true) : serving(node, change));
            case REMOTE -> remote;
            case HELD -> new Target.Held(before, false);
            case REFUSED -> new Target.Held(before, true);
        };
        routes.owner(slots.rangeList(), target);
    }

    private void addSourceOfImport(TaggedSlots slots) {
        if (slots.tag() instanceof SlotState.Importing importing) {
            routes.owner(slots.rangeList(), moving(sourceOf(importing)));
        }
    }

    /** Whether slots are imported from the other node behind this proxy, whose entry decides then. */
    private boolean isFromOwnNode(TaggedSlots slots) {
        return slots.tag() instanceof SlotState.Importing importing
                && importing.meta().srcProxyAddress().equals(self.address());
    }

    private Target destinationOf(SlotState.Migrating migrating) {
        ProxyAddress destination = migrating.meta().dstProxyAddress();
        return destination.equals(self.address())
                ? own(migrating.meta().dstNodeAddress())
                : remote(destination).afterHandover();
    }

    private Target sourceOf(SlotState.Importing importing) {
        ProxyAddress source = importing.meta().srcProxyAddress();
        return source.equals(self.address()) ? own(importing.meta().srcNodeAddress()) : remote(source);
    }

    private Endpoint redis(String address) {
        Endpoint node = endpoints.redis(address);
        used.add(node);
        return node;
    }

    private Target.Remote remote(ProxyAddress proxy) {
        Target.Remote target = Target.Remote.of(proxy, endpoints);
        used.addAll(target.byHopsLeft());
        return target;
    }
}
