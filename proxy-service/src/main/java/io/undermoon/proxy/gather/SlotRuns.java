package io.undermoon.proxy.gather;

import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The slots by their owners, as runs: the longest ranges of one owner each, in the order of the slots. Immutable. */
final class SlotRuns {
    /**
     * Consecutive slots with one owner.
     *
     * @param owner the owner, or the last one of slots that are held
     * @param held one of the slots that is being handed over; {@link #NONE} if none is
     */
    record Run(int first, int last, Target owner, int held) {
        static final int NONE = -1;

        int size() {
            return last - first + 1;
        }
    }

    /** Ranges with one target each, so that held slots are apart. */
    private final List<Run> parts;

    private SlotRuns(List<Run> parts) {
        this.parts = List.copyOf(parts);
    }

    static SlotRuns of(RouteTable routes) {
        List<Run> parts = new ArrayList<>();
        int first = 0;
        for (int slot = 1; slot <= Slot.COUNT; slot++) {
            Target target = routes.owner(first);
            if (slot == Slot.COUNT || !routes.owner(slot).equals(target)) {
                parts.add(new Run(first, slot - 1, target.settled(), target instanceof Target.Held ? first : Run.NONE));
                first = slot;
            }
        }
        return new SlotRuns(parts);
    }

    /**
     * The first run that a scan visits from a slot on, without what is before that slot; null if there is none.
     *
     * @param cluster whether the slots of other proxies are visited, too
     */
    @Nullable
    Run next(int slot, boolean cluster) {
        Run run = null;
        for (Run part : parts) {
            if (run != null && run.owner.equals(part.owner)) {
                run = new Run(run.first, part.last, run.owner, run.held == Run.NONE ? part.held : run.held);
            } else if (run != null) {
                return run;
            } else if (part.last >= slot && isVisited(part, cluster)) {
                int first = Math.max(slot, part.first);
                run = new Run(first, part.last, part.owner, part.held == Run.NONE ? Run.NONE : first);
            }
        }
        return run;
    }

    private static boolean isVisited(Run part, boolean cluster) {
        return part.owner instanceof Target.Local
                || cluster && (part.owner != Target.UNSERVED || part.held != Run.NONE);
    }

    /** How many slots an owner has. */
    int slotsOf(Target owner) {
        int slots = 0;
        for (Run part : parts) {
            slots += part.owner.equals(owner) ? part.size() : 0;
        }
        return slots;
    }
}
