package io.undermoon.proxy.route;

import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The table from slot to {@link Target}, an array. Immutable. */
public final class RouteTable {
    /** The table of a proxy without slots. */
    public static final RouteTable EMPTY = new Builder().build();

    private final Target[] owners;
    private final Target.@Nullable Local[] replicas;

    private RouteTable(Target[] owners, Target.@Nullable Local[] replicas) {
        this.owners = owners;
        this.replicas = replicas;
    }

    /** The target of the slot's commands. */
    public Target owner(int slot) {
        return owners[slot];
    }

    /** The owner of the slot, or its last owner while it is held; not for routing commands. */
    public Target settledOwner(int slot) {
        return owners[slot].settled();
    }

    /** The Redis node behind this proxy that replicates the slot's owner; null if there is none. */
    public Target.@Nullable Local localReplica(int slot) {
        return replicas[slot];
    }

    /** Whether every slot is served by the same node or peer as in another table. */
    public boolean hasSameOwnersAs(RouteTable other) {
        for (int slot = 0; slot < owners.length; slot++) {
            if (!isSame(owners[slot], other.owners[slot])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSame(Target one, Target another) {
        return one instanceof Target.Remote peer && another instanceof Target.Remote other
                ? peer.proxy().equals(other.proxy())
                : one.equals(another);
    }

    /** Collects the owners of slots; a later call for a slot replaces an earlier one. */
    public static final class Builder {
        private final Target[] owners = new Target[Slot.COUNT];
        private final Target.@Nullable Local[] replicas = new Target.Local[Slot.COUNT];

        public Builder() {
            Arrays.fill(owners, Target.UNSERVED);
        }

        public Builder owner(SlotRanges slots, Target target) {
            for (SlotRange range : slots.ranges()) {
                Arrays.fill(owners, range.start(), range.end() + 1, target);
            }
            return this;
        }

        public Builder localReplica(SlotRanges slots, Target.Local node) {
            for (SlotRange range : slots.ranges()) {
                Arrays.fill(replicas, range.start(), range.end() + 1, node);
            }
            return this;
        }

        public RouteTable build() {
            return new RouteTable(owners.clone(), replicas.clone());
        }
    }
}
