package io.undermoon.proxy.topology;

import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Target;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.SetCluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The ownership with which a migration starts: a pure function of the new metadata and the topology before it.
 *
 * <ul>
 *   <li>A migration that the topology contains already keeps its ownership.
 *   <li>A source that has served the slots until now owns them. A source that has not, because it has just started or
 *       took over from another node, cannot know whether the slots were switched already: they are held.
 *   <li>A destination does not own slots that another proxy has served until now without a migration. Other slots are
 *       held.
 * </ul>
 */
final class InitialOwnership {
    private InitialOwnership() {}

    /**
     * @param resolvesOwnership whether a listener finds out the owner of slots that are held; if not, none are held,
     *     and the source owns the slots
     */
    static Map<TaggedSlots, SlotOwnership> of(SetCluster message, Topology before, boolean resolvesOwnership) {
        Map<TaggedSlots, SlotOwnership> ownership = new HashMap<>();
        message.local()
                .forEach((node, slots) -> slots.stream()
                        .filter(range -> !range.isStable())
                        .forEach(range -> ownership.put(range, of(range, before, resolvesOwnership))));
        return ownership;
    }

    private static SlotOwnership of(TaggedSlots slots, Topology before, boolean resolvesOwnership) {
        SlotOwnership known = before.ownership().get(slots);
        if (known != null) {
            return known;
        }
        if (slots.tag() instanceof SlotState.Migrating migrating) {
            String node = migrating.meta().srcNodeAddress().value();
            return !resolvesOwnership || served(slots.rangeList(), node, before)
                    ? SlotOwnership.LOCAL
                    : SlotOwnership.HELD;
        }
        return !resolvesOwnership || wereSettledElsewhere(slots.rangeList(), before)
                ? SlotOwnership.REMOTE
                : SlotOwnership.HELD;
    }

    private static boolean served(SlotRanges slots, String node, Topology before) {
        for (SlotRange range : slots.ranges()) {
            for (int slot = range.start(); slot <= range.end(); slot++) {
                Target owner = before.routes().owner(slot);
                boolean here =
                        (owner instanceof Target.Slowed slowed ? slowed.node() : owner) instanceof Target.Local local
                                && local.node().toString().equals(node);
                if (!here) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean wereSettledElsewhere(SlotRanges slots, Topology before) {
        SetCluster known = before.cluster();
        boolean moved = Stream.concat(known.local().values().stream(), known.peers().values().stream())
                .flatMap(List::stream)
                .anyMatch(range -> !range.isStable() && range.rangeList().intersects(slots));
        if (moved || known.clusterName() == null) {
            return false;
        }
        for (SlotRange range : slots.ranges()) {
            for (int slot = range.start(); slot <= range.end(); slot++) {
                if (!(before.routes().owner(slot) instanceof Target.Remote)) {
                    return false;
                }
            }
        }
        return true;
    }
}
