package io.undermoon.proxy.command;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses sizes as Redis does: a number of bytes, or of {@code k}, {@code kb}, {@code m}, {@code mb}, {@code g}, {@code
 * gb}.
 */
public final class MemorySize {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})(b|k|kb|m|mb|g|gb)?");

    private MemorySize() {}

    /** The number of bytes; empty when the text is no size or too large. */
    public static OptionalLong parse(String text) {
        Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        String unit = size.group(2) == null ? "b" : size.group(2);
        long factor = switch (unit) {
            case "k" -> 1000;
            case "kb" -> 1L << 10;
            case "m" -> 1000 * 1000;
            case "mb" -> 1L << 20;
            case "g" -> 1000 * 1000 * 1000;
            case "gb" -> 1L << 30;
            default -> 1;
        };
        long number = Long.parseLong(size.group(1));
        return number > Long.MAX_VALUE / factor ? OptionalLong.empty() : OptionalLong.of(number * factor);
    }
}
