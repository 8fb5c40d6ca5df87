package io.undermoon.proxy.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.undermoon.config.Converters;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientMemory;
import io.undermoon.proxy.client.OutputLimits;
import io.undermoon.proxy.command.MemorySize;
import io.undermoon.proxy.session.SessionSettings;
import java.time.Duration;
import java.util.Set;
import org.eclipse.microprofile.config.spi.Converter;

/** The converters of values that only the proxy has. */
public final class ProxyConverters {
    private static final int MAX_PORT = 65535;

    private ProxyConverters() {}

    /** A duration of at least a millisecond. */
    public static final class PositiveDuration implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            return Converters.checked(
                    text,
                    DurationConverter::parseDuration,
                    value -> value.toMillis() >= 1,
                    "a duration of at least a millisecond, such as 500ms or 30s");
        }
    }

    /** A duration from zero. */
    public static final class NotNegativeDuration implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            return Converters.checked(
                    text,
                    DurationConverter::parseDuration,
                    value -> !value.isNegative(),
                    "a duration that is not negative, such as 500ms or 30s");
        }
    }

    /** The size in bytes that a command or an argument may have. */
    public static final class CommandSize implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return Converters.checked(
                    text,
                    size -> Math.toIntExact(MemorySize.parse(size).orElseThrow()),
                    bytes -> bytes >= ClientLimits.MIN_BYTES && bytes <= ClientLimits.MAX_BYTES,
                    "a size within 1mb-1gb");
        }
    }

    /** What all clients together may make the proxy hold, in bytes. */
    public static final class ClientsMemory implements Converter<Long> {
        @Override
        public Long convert(String text) {
            return Converters.checked(
                    text, ClientMemory::limit, bytes -> true, "a size such as 64mb, a share such as 50%, or 0");
        }
    }

    /** Limits that replace some of those of Redis. */
    public static final class BufferLimits implements Converter<OutputLimits> {
        @Override
        public OutputLimits convert(String text) {
            return Converters.checked(
                    text,
                    OutputLimits.DEFAULT::with,
                    limits -> true,
                    "<class> <hard limit> <soft limit> <soft seconds>, once or for each of normal, replica, pubsub");
        }
    }

    /** How many proxies may look at a command, or 0. */
    public static final class Redirections implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return Converters.checked(
                    text,
                    Integer::valueOf,
                    value -> value >= 0 && value <= SessionSettings.MAX_REDIRECTIONS,
                    "0 to " + SessionSettings.MAX_REDIRECTIONS);
        }
    }

    /** A port, or 0 for none. */
    public static final class Port implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return Converters.checked(
                    text, Integer::valueOf, value -> value >= 0 && value <= MAX_PORT, "0 to " + MAX_PORT);
        }
    }

    /** A word of the original. */
    public static final class BatchStrategy implements Converter<String> {
        @Override
        public String convert(String text) {
            return Converters.checked(
                    text,
                    word -> word,
                    Set.of("disabled", "fixed", "dynamic")::contains,
                    "one of disabled, fixed, dynamic");
        }
    }
}
