package io.undermoon.proxy.compression;

/** What a command has to do with the values of strings. Which command has which use is said in {@link ValueCommands}. */
enum ValueUse {
    /** Nothing, or nothing that their form matters to: counters and HyperLogLogs are always plain. */
    NONE,
    /** Its reply has values and nothing else that is a bulk string. */
    READ,
    /** Its arguments have values. */
    WRITE,
    /** Both. */
    READ_AND_WRITE,
    /** It works on the bytes of values, and would on those of compressed ones. */
    BYTES;

    boolean reads() {
        return this == READ || this == READ_AND_WRITE;
    }

    boolean writes() {
        return this == WRITE || this == READ_AND_WRITE;
    }
}
