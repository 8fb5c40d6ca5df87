package io.undermoon.proxy.acl;

import io.undermoon.glob.GlobPattern;

/**
 * A pattern of keys that may be read, written, or both: {@code %R~pattern}, {@code %W~pattern}, {@code ~pattern}.
 *
 * @param text the pattern without its prefix
 */
record KeyPattern(String text, GlobPattern glob, boolean read, boolean write) {
    KeyPattern(String text, boolean read, boolean write) {
        this(text, GlobPattern.ofCase(text), read, write);
    }

    KeyPattern {
        if (!read && !write) {
            throw new IllegalArgumentException("pattern " + text + " allows nothing");
        }
    }

    boolean allows(CharSequence key, boolean reads, boolean writes) {
        return (read || !reads) && (write || !writes) && glob.matches(key);
    }

    /** The same pattern with the permissions of both. */
    KeyPattern or(KeyPattern other) {
        return new KeyPattern(text, glob, read || other.read, write || other.write);
    }

    /** The pattern as a rule. */
    @Override
    public String toString() {
        return (read && write ? "~" : read ? "%R~" : "%W~") + text;
    }
}
