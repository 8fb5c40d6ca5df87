package io.undermoon.metadata;

import java.util.Locale;

/** Which values the proxies of a cluster compress. Written in lower case, read in any case. */
public enum CompressionStrategy {
    /** None, and none ever was: values are passed as they are. */
    DISABLED,
    /** Values are compressed; commands that work on the bytes of values are refused. */
    SET_GET_ONLY,
    /** Values are compressed; commands that work on the bytes of values work on those of compressed ones. */
    ALLOW_ALL,
    /** No more values are compressed; those that are read as they were written. */
    DECOMPRESS_ONLY;

    /** Whether there may be compressed values. */
    public boolean reads() {
        return this != DISABLED;
    }

    /** Whether values are compressed when they are written. */
    public boolean writes() {
        return this == SET_GET_ONLY || this == ALLOW_ALL;
    }

    /** What becomes of this when it is changed: where there may be compressed values they have to stay readable. */
    public CompressionStrategy changedTo(CompressionStrategy wanted) {
        return wanted == DISABLED && reads() ? DECOMPRESS_ONLY : wanted;
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static CompressionStrategy parse(String text) {
        for (CompressionStrategy strategy : values()) {
            if (strategy.name().equalsIgnoreCase(text)) {
                return strategy;
            }
        }
        throw new IllegalArgumentException(
                "compression strategy '" + text + "' is none of disabled, set_get_only, allow_all, decompress_only");
    }
}
