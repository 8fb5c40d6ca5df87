package io.undermoon.proxy.route;

import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table from slot to {@link Target}: an array of short numbers into a list of the few targets there are, so that it
 * stays in the processor's caches. Immutable.
 *
 * <p>There is no array of 16384 references: GraalVM 25.0 omits a write barrier for reference arrays of constant length
 * that are larger than 128 KB, which corrupts the heap of a native image.
 */
public final class RouteTable {
    /** The table of a proxy without slots. */
    public static final RouteTable EMPTY = new Builder().build();

    private final short[] owners;
    private final short[] masters;
    private final short[] replicas;
    private final Target[] targets;
    private final boolean slotsMoveAtPeers;
    private final List<Endpoint> handingOver;

    private RouteTable(short[] owners, short[] masters, short[] replicas, Target[] targets) {
        this.owners = owners;
        this.masters = masters;
        this.replicas = replicas;
        this.targets = targets;
        this.slotsMoveAtPeers =
                Arrays.stream(targets).anyMatch(target -> target instanceof Target.Remote peer && peer.isForMoving());
        this.handingOver = Arrays.stream(targets)
                .filter(target -> target instanceof Target.Held held && !held.refuses())
                .map(Target::settled)
                .flatMap(owner -> owner instanceof Target.Local local ? Stream.of(local.node()) : Stream.empty())
                .toList();
    }

    /** The target of the slot's commands. */
    public Target owner(int slot) {
        return targets[owners[slot]];
    }

    /** The owner of the slot, or its last owner while it is held; not for routing commands. */
    public Target settledOwner(int slot) {
        return owner(slot).settled();
    }

    /** Whether commands for some slots take the connections to peers that are for slots that move. */
    public boolean slotsMoveAtPeers() {
        return slotsMoveAtPeers;
    }

    /** Whether some slots of a node behind this proxy are held, because they are being handed over. */
    public boolean isHandingOver(Endpoint node) {
        return handingOver.contains(node);
    }

    /**
     * The master of the slot: the owner, but in a table {@linkplain Builder#buildForReplicas for replicas} the proxy
     * with the master, which may be this one.
     */
    public Target master(int slot) {
        return targets[masters[slot]];
    }

    /** The Redis node behind this proxy that replicates the slot's owner and may be read; null if there is none. */
    public Target.@Nullable Local localReplica(int slot) {
        return targets[replicas[slot]] instanceof Target.Local replica ? replica : null;
    }

    /** Whether every slot is served by the same node or peer as in another table. */
    public boolean hasSameOwnersAs(RouteTable other) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (!isSame(owner(slot), other.owner(slot))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSame(Target first, Target second) {
        Target one = first instanceof Target.Slowed slowed ? slowed.node() : first;
        Target another = second instanceof Target.Slowed slowed ? slowed.node() : second;
        return one instanceof Target.Remote peer && another instanceof Target.Remote other
                ? peer.proxy().equals(other.proxy())
                : one.equals(another);
    }

    /** Collects the owners of slots; a later call for a slot replaces an earlier one. */
    public static final class Builder {
        private final short[] owners = new short[Slot.COUNT];
        private final short[] replicas = new short[Slot.COUNT];
        private final short[] copies = new short[Slot.COUNT];

        /** Number 0 is for slots without an owner or replica. */
        private final List<Target> targets = new ArrayList<>(List.of(Target.UNSERVED));

        private final Map<Target, Integer> numberOf = new IdentityHashMap<>();

        public Builder owner(SlotRanges slots, Target target) {
            fill(owners, slots, target);
            return this;
        }

        /**
         * @param readable whether the replica may serve commands for these slots
         */
        public Builder localReplica(SlotRanges slots, Target.Local node, boolean readable) {
            fill(copies, slots, node);
            if (readable) {
                fill(replicas, slots, node);
            }
            return this;
        }

        private void fill(short[] numbers, SlotRanges slots, Target target) {
            if (slots.ranges().isEmpty()) {
                return;
            }
            int number = numberOf.computeIfAbsent(target, added -> {
                targets.add(added);
                return targets.size() - 1;
            });
            if (number > Short.MAX_VALUE) {
                throw new IllegalStateException("more than " + Short.MAX_VALUE + " targets in one route table");
            }
            for (SlotRange range : slots.ranges()) {
                Arrays.fill(numbers, range.start(), range.end() + 1, (short) number);
            }
        }

        public RouteTable build() {
            short[] routes = owners.clone();
            return new RouteTable(routes, routes, replicas.clone(), targets.toArray(new Target[0]));
        }

        /**
         * The table for clients that this proxy serves as a replica does: the local replica of a slot is its owner.
         *
         * @param self this proxy as a master, for the slots of its other nodes
         */
        public RouteTable buildForReplicas(Target.Remote self) {
            int count = targets.size();
            if (2 * count > Short.MAX_VALUE) {
                throw new IllegalStateException("more than " + Short.MAX_VALUE + " targets in one route table");
            }
            List<Target> all = new ArrayList<>(targets);
            targets.forEach(target -> all.add(target.settled() instanceof Target.Local ? self : target.settled()));
            short[] masters = new short[Slot.COUNT];
            short[] routes = new short[Slot.COUNT];
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                masters[slot] = (short) (count + owners[slot]);
                routes[slot] = copies[slot] == 0 ? masters[slot] : copies[slot];
            }
            return new RouteTable(routes, masters, replicas.clone(), all.toArray(new Target[0]));
        }
    }
}
