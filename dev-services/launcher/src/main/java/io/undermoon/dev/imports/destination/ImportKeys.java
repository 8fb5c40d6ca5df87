package io.undermoon.dev.imports.destination;

import io.undermoon.dev.plan.UsageException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The names of the keys that an import keeps in the destination: one record, and a marker in each slot.
 *
 * @param name of the import
 */
public record ImportKeys(String name) {
    private static final String PREFIX = "undermoon:import:";
    private static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_-]{1,40}");

    public ImportKeys {
        if (!ALLOWED.matcher(name).matches()) {
            throw new UsageException(
                    "--name " + name + " is not a name of 1 to 40 letters, digits, hyphens and underscores");
        }
    }

    /** What is known about the import as a whole. */
    public String record() {
        return PREFIX + name;
    }

    public String marker(int slot) {
        return PREFIX + name + ":{" + SlotTags.of(slot) + "}";
    }

    /** Whether a key is one of those, of any import: such are never copied. */
    public static boolean isOurs(byte[] key) {
        return key.length >= PREFIX_BYTES.length
                && Arrays.equals(key, 0, PREFIX_BYTES.length, PREFIX_BYTES, 0, PREFIX_BYTES.length);
    }
}
