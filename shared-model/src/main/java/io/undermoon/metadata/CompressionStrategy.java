package io.undermoon.metadata;

import java.util.Locale;

/** The compression of values by the proxies of a cluster. Written in lower case, read in any case. */
public enum CompressionStrategy {
    /** No value is compressed and none ever was; values are passed unchanged. */
    DISABLED,
    /** Values are compressed; commands on the bytes of a value are refused. */
    SET_GET_ONLY,
    /** Values are compressed; commands on the bytes of a value work on the compressed bytes. */
    ALLOW_ALL,
    /** New values are not compressed; compressed ones are still decompressed when read. */
    DECOMPRESS_ONLY;

    /** Whether there may be compressed values. */
    public boolean reads() {
        return this != DISABLED;
    }

    /** Whether values are compressed when they are written. */
    public boolean writes() {
        return this == SET_GET_ONLY || this == ALLOW_ALL;
    }

    /** The strategy after a change: where compressed values may exist, they must stay readable. */
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
