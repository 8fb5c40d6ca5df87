package io.undermoon.dev.imports.source;

import org.jspecify.annotations.Nullable;

/**
 * A key as it was at some moment.
 *
 * @param dump what {@code RESTORE} takes; null for a key that is not there
 * @param expiresMillis since the epoch, 0 for never
 */
public record KeyState(byte @Nullable [] dump, long expiresMillis) {
    public static final KeyState ABSENT = new KeyState(null, 0);

    /** The bytes of the value. */
    public int size() {
        return dump == null ? 0 : dump.length;
    }
}
