package io.undermoon.config;

import io.undermoon.metadata.HostPort;
import java.net.URI;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.spi.Converter;

/** The converters that several services use. */
public final class Converters {
    private Converters() {}

    /**
     * Reads a value and checks it. The framework collects the refusals of all keys, adds key and value to each, and
     * stops the start.
     *
     * @param parser of the text without surrounding spaces; throws any unchecked exception for what it cannot read
     * @param expectation completes "expected …"
     */
    public static <T> T checked(String text, Function<String, T> parser, Predicate<T> check, String expectation) {
        try {
            T value = parser.apply(text.strip());
            if (check.test(value)) {
                return value;
            }
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("expected " + expectation, e);
        }
        throw new IllegalArgumentException("expected " + expectation);
    }

    /**
     * The words for true and false that the original accepts. The framework's own converter takes a typing error for
     * false.
     */
    public static final class StrictBoolean implements Converter<Boolean> {
        @Override
        public Boolean convert(String text) {
            return checked(text, StrictBoolean::parse, value -> true, "one of true, false, 1, 0, on, off, yes, no");
        }

        private static boolean parse(String word) {
            return switch (word.toLowerCase(Locale.ROOT)) {
                case "1", "true", "on", "yes" -> true;
                case "0", "false", "off", "no" -> false;
                default -> throw new IllegalArgumentException(word);
            };
        }
    }

    /** A {@code host:port}. */
    public static final class Address implements Converter<HostPort> {
        @Override
        public HostPort convert(String text) {
            return checked(text, HostPort::parse, address -> true, "host:port with a port within 1-65535");
        }
    }

    /** A {@code host:port} that can stand in a URL. */
    public static final class HttpAddress implements Converter<HostPort> {
        @Override
        public HostPort convert(String text) {
            return checked(
                    text,
                    HostPort::parse,
                    address -> URI.create("http://" + address).getHost() != null,
                    "host:port with a host of letters, digits, dots and hyphens, and a port within 1-65535");
        }
    }

    /** An {@code int} from 0. */
    public static final class NotNegativeInt implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return checked(text, Integer::valueOf, value -> value >= 0, "a whole number of at least 0");
        }
    }

    /** An {@code int} from 1. */
    public static final class PositiveInt implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return checked(text, Integer::valueOf, value -> value >= 1, "a whole number of at least 1");
        }
    }

    /** A {@code long} from 0. */
    public static final class NotNegativeLong implements Converter<Long> {
        @Override
        public Long convert(String text) {
            return checked(text, Long::valueOf, value -> value >= 0, "a whole number of at least 0");
        }
    }

    /** A {@code long} from 1. */
    public static final class PositiveLong implements Converter<Long> {
        @Override
        public Long convert(String text) {
            return checked(text, Long::valueOf, value -> value >= 1, "a whole number of at least 1");
        }
    }
}
