package io.undermoon.proxy.control;

import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An option that {@code CONFIG GET} shows.
 *
 * @param name in lower case
 * @param value as it is now
 * @param change present where {@code CONFIG SET} may change the option, which is a number then
 */
record ConfigOption(
        String name, Supplier<String> value, @Nullable Change change) {
    /** How an option is changed, and within which bounds, both included. */
    record Change(long min, long max, LongConsumer apply) {}

    static ConfigOption fixed(String name, Object value) {
        String text = value.toString();
        return new ConfigOption(name, () -> text, null);
    }
}
