package io.undermoon.proxy.topology;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.SetRepl;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The nodes behind this proxy whose roles are changing, and whose slots are therefore held: commands for them wait.
 * Immutable.
 *
 * @param nodes the state of each
 */
record RoleChanges(Map<NodeAddress, State> nodes) {
    static final RoleChanges NONE = new RoleChanges(Map.of());

    /** The state of a node. */
    sealed interface State {
        /**
         * A new master that is still a replica.
         *
         * @param refuses whether its commands have waited long enough
         */
        record Rising(boolean refuses) implements State {}

        /**
         * A master that has stepped down for a successor.
         *
         * @param until the epoch of the metadata that names the successor
         */
        record SteppedDown(Epoch until, boolean refuses) implements State {}

        /**
         * A former master.
         *
         * @param isOver whether its successor is known to be a master; then only the message is missing that names the
         *     owner of the slots, where it comes apart from the one with the roles
         */
        record Left(SlotRanges slots, ProxyAddress successor, boolean isOver) implements State {}
    }

    RoleChanges {
        nodes = Map.copyOf(nodes);
    }

    @Nullable
    State of(NodeAddress node) {
        return nodes.get(node);
    }

    Set<NodeAddress> steppedDown() {
        return nodes.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof State.SteppedDown)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    RoleChanges with(NodeAddress node, State state) {
        Map<NodeAddress, State> changed = new HashMap<>(nodes);
        changed.put(node, state);
        return new RoleChanges(changed);
    }

    RoleChanges without(NodeAddress node) {
        Map<NodeAddress, State> changed = new HashMap<>(nodes);
        changed.remove(node);
        return new RoleChanges(changed);
    }

    /** The changes that are not over when the nodes given are those with slots behind this proxy. */
    RoleChanges pending(Set<NodeAddress> nodesWithSlots) {
        Map<NodeAddress, State> pending = new HashMap<>(nodes);
        pending.entrySet()
                .removeIf(entry -> entry.getValue() instanceof State.Left left
                        && left.isOver()
                        && !nodesWithSlots.contains(entry.getKey()));
        return pending.size() == nodes.size() ? this : new RoleChanges(pending);
    }

    /**
     * The changes that go on or begin with new metadata.
     *
     * @param before the snapshot before
     */
    RoleChanges next(Topology before, SetRepl roles) {
        Map<NodeAddress, Role> rolesBefore = new HashMap<>();
        before.replication().entries().forEach(entry -> rolesBefore.put(entry.node(), entry.role()));
        Map<NodeAddress, State> next = new HashMap<>();
        for (SetRepl.Entry entry : roles.entries()) {
            NodeAddress node = entry.node();
            State state = entry.role() == Role.MASTER
                    ? asMaster(nodes.get(node), rolesBefore.get(node), roles.epoch())
                    : asReplica(
                            nodes.get(node),
                            rolesBefore.get(node),
                            before.cluster().local().get(node),
                            entry);
            if (state != null) {
                next.put(node, state);
            }
        }
        return next.equals(nodes) ? this : new RoleChanges(next);
    }

    private static @Nullable State asMaster(@Nullable State known, @Nullable Role roleBefore, Epoch epoch) {
        if (roleBefore == Role.REPLICA) {
            return new State.Rising(false);
        }
        if (known instanceof State.SteppedDown down && !down.until().isAfter(epoch)) {
            return null;
        }
        return known;
    }

    private static @Nullable State asReplica(
            @Nullable State known,
            @Nullable Role roleBefore,
            @Nullable List<TaggedSlots> slotsBefore,
            SetRepl.Entry entry) {
        if (roleBefore == Role.REPLICA) {
            return known instanceof State.Left ? known : null;
        }
        if (roleBefore == null || slotsBefore == null || entry.peers().isEmpty()) {
            return null;
        }
        SlotRanges slots = SlotRanges.NONE;
        for (TaggedSlots range : slotsBefore) {
            if (!range.isImporting()) {
                slots = slots.union(range.rangeList());
            }
        }
        return slots.isEmpty()
                ? null
                : new State.Left(slots, entry.peers().get(0).proxyAddress(), false);
    }
}
