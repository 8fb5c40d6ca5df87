package io.undermoon.proxy.control.config;

import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.command.MemorySize;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * An option of {@code CONFIG GET}.
 *
 * @param name in lower case
 * @param value the current value
 * @param change the check and action for {@code CONFIG SET}
 */
record ConfigOption(String name, Supplier<String> value, Change change) {
    @FunctionalInterface
    interface Change {
        /**
         * Checks a new value.
         *
         * @return the action that sets it, run after all values of the {@code CONFIG SET} are checked
         * @throws IllegalArgumentException the value is wrong; the message has the wording of Redis
         */
        Runnable to(String value);
    }

    static ConfigOption fixed(String name, Object value) {
        String text = value.toString();
        return new ConfigOption(name, () -> text, changed -> {
            throw new IllegalArgumentException("can't set immutable config");
        });
    }

    /** An integer within bounds, both inclusive. */
    static Change number(long min, long max, LongConsumer set) {
        return number(Integers::parse, "argument couldn't be parsed into an integer", min, max, set);
    }

    /** A size in bytes within bounds, both inclusive; it may have a unit. */
    static Change memory(long min, long max, LongConsumer set) {
        return number(MemorySize::parse, "argument must be a memory value", min, max, set);
    }

    /** As Redis takes it, {@code yes} or {@code no} in any case. */
    static Change yesOrNo(Consumer<Boolean> set) {
        return value -> {
            boolean isYes = value.equalsIgnoreCase("yes");
            if (!isYes && !value.equalsIgnoreCase("no")) {
                throw new IllegalArgumentException("argument must be 'yes' or 'no'");
            }
            return () -> set.accept(isYes);
        };
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
