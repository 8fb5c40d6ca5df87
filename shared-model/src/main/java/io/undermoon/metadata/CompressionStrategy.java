package io.undermoon.metadata;

import java.util.Locale;

/** Which values the proxies of a cluster compress. Written in lower case, read in any case. */
public enum CompressionStrategy {
    DISABLED,
    SET_GET_ONLY,
    ALLOW_ALL;

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
                "compression strategy '" + text + "' is none of disabled, set_get_only, allow_all");
    }
}
