package io.undermoon.proxy.control.config;

import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.command.MemorySize;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An option that {@code CONFIG GET} shows.
 *
 * @param name in lower case
 * @param value as it is now
 * @param change present where {@code CONFIG SET} may change the option
 */
record ConfigOption(
        String name, Supplier<String> value, @Nullable Change change) {
    /** How an option is changed. */
    interface Change {
        /** What is wrong with a value, in the words of Redis; null when nothing is. */
        @Nullable
        String problem(String value);

        /** Takes a value with which nothing is wrong. */
        void apply(String value);
    }

    static ConfigOption fixed(String name, Object value) {
        String text = value.toString();
        return new ConfigOption(name, () -> text, null);
    }

    /** A whole number within bounds, both included. */
    static Change number(long min, long max, LongConsumer apply) {
        return new Number(min, max, false, apply);
    }

    /** A size in bytes within bounds, both included; it may be given with a unit. */
    static Change memory(long min, long max, LongConsumer apply) {
        return new Number(min, max, true, apply);
    }

    /**
     * A text with rules of its own.
     *
     * @param check throws IllegalArgumentException with what is wrong
     */
    static Change text(Consumer<String> check, Consumer<String> apply) {
        return new Text(check, apply);
    }

    private record Number(long min, long max, boolean isMemory, LongConsumer target) implements Change {
        @Override
        public @Nullable String problem(String value) {
            OptionalLong number = parse(value);
            if (number.isEmpty()) {
                return isMemory ? "argument must be a memory value" : "argument couldn't be parsed into an integer";
            }
            if (number.getAsLong() < min || number.getAsLong() > max) {
                return "argument must be between " + min + " and " + max + " inclusive";
            }
            return null;
        }

        @Override
        public void apply(String value) {
            target.accept(parse(value).orElseThrow());
        }

        private OptionalLong parse(String value) {
            return isMemory ? MemorySize.parse(value) : Integers.parse(value);
        }
    }

    private record Text(Consumer<String> check, Consumer<String> target) implements Change {
        @Override
        public @Nullable String problem(String value) {
            try {
                check.accept(value);
                return null;
            } catch (IllegalArgumentException e) {
                return String.valueOf(e.getMessage());
            }
        }

        @Override
        public void apply(String value) {
            target.accept(value);
        }
    }
}
