package io.undermoon.proxy.compression;

/** How a command uses the values of strings. {@link ValueCommands} assigns the uses. */
enum ValueUse {
    /** Does not depend on the form of values; counters and HyperLogLogs are always plain. */
    NONE,
    /** Its reply has values, and no other bulk strings. */
    READ,
    /** Its arguments have values. */
    WRITE,
    /** Both. */
    READ_AND_WRITE,
    /** Works on the bytes of values, so it would see those of a compressed form. */
    BYTES;

    boolean reads() {
        return this == READ || this == READ_AND_WRITE;
    }

    boolean writes() {
        return this == WRITE || this == READ_AND_WRITE;
    }
}
