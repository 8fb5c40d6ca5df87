package io.undermoon.dev.imports.destination;

import io.undermoon.slot.Slot;
import java.util.Locale;

/** A short hash tag for every slot. */
public final class SlotTags {
    private static final String[] TAGS = tags();

    private SlotTags() {}

    private static String[] tags() {
        String[] tags = new String[Slot.COUNT];
        int found = 0;
        for (int i = 0; found < Slot.COUNT; i++) {
            String tag = Integer.toString(i, Character.MAX_RADIX).toLowerCase(Locale.ROOT);
            int slot = Slot.of(tag);
            if (tags[slot] == null) {
                tags[slot] = tag;
                found++;
            }
        }
        return tags;
    }

    /** Text of which the slot is this one. */
    public static String of(int slot) {
        return TAGS[slot];
    }
}
