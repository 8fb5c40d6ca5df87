package io.undermoon.dev.imports.source;

import org.jspecify.annotations.Nullable;

/**
 * How much of the history of a master is known.
 *
 * @param history the replication id
 * @param offset of the last byte that is known
 * @param database which the stream had selected there
 */
public record Position(String history, long offset, int database) {
    /** {@code history offset database} */
    @Override
    public String toString() {
        return history + " " + offset + " " + database;
    }

    /** Null for text that is none. */
    public static @Nullable Position parse(String text) {
        String[] words = text.split(" ", -1);
        try {
            return words.length == 3
                    ? new Position(words[0], Long.parseLong(words[1]), Integer.parseInt(words[2]))
                    : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
