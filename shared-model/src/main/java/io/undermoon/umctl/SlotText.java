package io.undermoon.umctl;

import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;

/**
 * Slots as arguments:
 * {@code [MIGRATING|IMPORTING] <n> <a-b> × n [<epoch> <src_proxy> <src_node> <dst_proxy> <dst_node>]}, the last five
 * present exactly when there is a keyword. Keywords are read in any case and written in upper case; a reversed range
 * is swapped.
 */
final class SlotText {
    private static final String MIGRATING = "MIGRATING";
    private static final String IMPORTING = "IMPORTING";

    private SlotText() {}

    static void print(TaggedSlots slots, List<String> out) {
        if (slots.tag() instanceof SlotState.Migrating migrating) {
            out.add(MIGRATING);
            print(slots.rangeList(), out);
            print(migrating.meta(), out);
        } else if (slots.tag() instanceof SlotState.Importing importing) {
            out.add(IMPORTING);
            print(slots.rangeList(), out);
            print(importing.meta(), out);
        } else {
            print(slots.rangeList(), out);
        }
    }

    static TaggedSlots parse(Arguments in) {
        if (in.nextIs(MIGRATING)) {
            in.next(MIGRATING);
            SlotRanges ranges = parseRanges(in);
            return new TaggedSlots(ranges, new SlotState.Migrating(parseMeta(in)));
        }
        if (in.nextIs(IMPORTING)) {
            in.next(IMPORTING);
            SlotRanges ranges = parseRanges(in);
            return new TaggedSlots(ranges, new SlotState.Importing(parseMeta(in)));
        }
        return TaggedSlots.stable(parseRanges(in));
    }

    private static void print(SlotRanges slots, List<String> out) {
        out.add(Integer.toString(slots.ranges().size()));
        for (SlotRange range : slots.ranges()) {
            out.add(range.toString());
        }
    }

    private static SlotRanges parseRanges(Arguments in) {
        int count = in.nextCount("number of slot ranges", 1);
        List<SlotRange> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ranges.add(parseRange(in.next("slot range")));
        }
        return new SlotRanges(ranges);
    }

    private static SlotRange parseRange(String text) {
        int dash = text.indexOf('-');
        try {
            return SlotRange.between(
                    Integer.parseInt(text.substring(0, Math.max(dash, 0))), Integer.parseInt(text.substring(dash + 1)));
        } catch (IllegalArgumentException e) {
            throw new UmctlSyntaxException(
                    "slot range '" + text + "' is not <start>-<end> with both ends within 0-16383", e);
        }
    }

    private static void print(MigrationMeta meta, List<String> out) {
        out.add(meta.epoch().toString());
        out.add(meta.srcProxyAddress().value());
        out.add(meta.srcNodeAddress().value());
        out.add(meta.dstProxyAddress().value());
        out.add(meta.dstNodeAddress().value());
    }

    private static MigrationMeta parseMeta(Arguments in) {
        return new MigrationMeta(in.nextEpoch(), in.nextProxy(), in.nextNode(), in.nextProxy(), in.nextNode());
    }
}
