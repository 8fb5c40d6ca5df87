package io.undermoon.proxy.command;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Parses integers as strictly as Redis: no plus sign, no leading zero, no space. */
public final class Integers {
    private static final Pattern CANONICAL = Pattern.compile("0|-?[1-9][0-9]{0,18}");

    private Integers() {}

    /** The number; empty when the text is no integer or does not fit 64 bits. */
    public static OptionalLong parse(String text) {
        if (!CANONICAL.matcher(text).matches()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
