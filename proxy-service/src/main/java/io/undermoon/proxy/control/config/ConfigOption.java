package io.undermoon.proxy.control.config;

import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.command.MemorySize;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * An option that {@code CONFIG GET} shows.
 *
 * @param name in lower case
 * @param value as it is now
 * @param change checks a new value, and returns the action that sets it
 */
record ConfigOption(String name, Supplier<String> value, Change change) {
    @FunctionalInterface
    interface Change {
        /**
         * Checks a value; the action that sets it is run once all values of a {@code CONFIG SET} are checked.
         *
         * @throws IllegalArgumentException the value is wrong; the message says why, in the words of Redis
         */
        Runnable to(String value);
    }

    static ConfigOption fixed(String name, Object value) {
        String text = value.toString();
        return new ConfigOption(name, () -> text, changed -> {
            throw new IllegalArgumentException("can't set immutable config");
        });
    }

    /** An integer within bounds, both included. */
    static Change number(long min, long max, LongConsumer set) {
        return number(Integers::parse, "argument couldn't be parsed into an integer", min, max, set);
    }

    /** A size in bytes within bounds, both included; it may be given with a unit. */
    static Change memory(long min, long max, LongConsumer set) {
        return number(MemorySize::parse, "argument must be a memory value", min, max, set);
    }

    private static Change number(
            Function<String, OptionalLong> parser, String malformed, long min, long max, LongConsumer set) {
        return value -> {
            long number = parser.apply(value).orElseThrow(() -> new IllegalArgumentException(malformed));
            if (number < min || number > max) {
                throw new IllegalArgumentException("argument must be between " + min + " and " + max + " inclusive");
            }
            return () -> set.accept(number);
        };
    }
}
