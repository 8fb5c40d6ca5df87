package io.undermoon.dev.imports.verify;

import io.undermoon.slot.Slot;
import java.nio.charset.StandardCharsets;

/** A key that is not the same in both installations, and in what. */
public record Difference(byte[] key, String what) {
    public int slot() {
        return Slot.of(key);
    }

    /** {@code slot 5 key 'name': what} */
    @Override
    public String toString() {
        return "slot " + slot() + " key '" + new String(key, StandardCharsets.UTF_8) + "': " + what;
    }
}
