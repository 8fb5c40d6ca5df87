package io.undermoon.proxy.command;

import java.util.Locale;

/** The flags of Redis commands, in the order of {@code COMMAND}. */
public enum CommandFlag {
    WRITE,
    READONLY,
    DENYOOM,
    MODULE,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    BLOCKING,
    LOADING,
    STALE,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    ASKING,
    FAST,
    NO_AUTH,
    NO_MANDATORY_KEYS,
    NO_ASYNC_LOADING,
    NO_MULTI,
    /** The legacy first key, last key and step do not describe all keys; the key specs do. */
    MOVABLEKEYS,
    ALLOW_BUSY;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name in replies and in the table. */
    public String wireName() {
        return wireName;
    }

    /** The bit of this flag in a set of flags. */
    @SuppressWarnings("EnumOrdinal")
    public int bit() {
        return 1 << ordinal();
    }
}
