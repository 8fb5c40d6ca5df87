package io.undermoon.simulation.redis;

import io.undermoon.slot.Slot;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The keys of a simulated installation, by number; they are spread over the slots. */
public final class Keys {
    /** How many there are. */
    public static final int COUNT = 8;

    private static final String[] NAMES = new String[COUNT];
    private static final int[] SLOTS = new int[COUNT];
    private static final Map<String, Integer> NUMBERS = new HashMap<>();

    static {
        for (int key = 0; key < COUNT; key++) {
            int tried = 0;
            do {
                NAMES[key] = "key" + key + "-" + tried++;
                SLOTS[key] = Slot.of(NAMES[key].getBytes(StandardCharsets.US_ASCII));
            } while (SLOTS[key] * COUNT / Slot.COUNT != key);
            NUMBERS.put(NAMES[key], key);
        }
    }

    private Keys() {}

    public static int slot(int key) {
        return SLOTS[key];
    }

    static String name(int key) {
        return NAMES[key];
    }

    static int number(String name) {
        Integer key = NUMBERS.get(name);
        if (key == null) {
            throw new IllegalArgumentException("no key has the name '" + name + "'");
        }
        return key;
    }
}
