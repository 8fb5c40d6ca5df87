package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.GlobPattern;

/**
 * Keys that may be read, written, or both: {@code %R~pattern}, {@code %W~pattern}, {@code ~pattern}.
 *
 * @param text the pattern without what stands before it
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

    /** The same keys for what either allows. */
    KeyPattern or(KeyPattern other) {
        return new KeyPattern(text, glob, read || other.read, write || other.write);
    }

    /** As a rule. */
    @Override
    public String toString() {
        return (read && write ? "~" : read ? "%R~" : "%W~") + text;
    }
}
