package io.undermoon.coordinator.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** Strict readers of configuration values: what they refuse is reported by the framework with its key and value. */
public final class Converters {
    private Converters() {}

    /** {@code host:port} */
    public static final class Address implements Converter<HostPort> {
        private static final long serialVersionUID = 1L;

        @Override
        public HostPort convert(String value) {
            return HostPort.parse(value.strip());
        }
    }

    /** {@code true}, {@code on}, {@code yes}, {@code 1} or their opposites, in any case; the default reader takes a typo for false. */
    public static final class Switch implements Converter<Boolean> {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean convert(String value) {
            return switch (value.strip().toLowerCase(Locale.ROOT)) {
                case "1", "true", "on", "yes" -> true;
                case "0", "false", "off", "no" -> false;
                default ->
                    throw new IllegalArgumentException(
                            "'" + value + "' is none of 1, true, on, yes, 0, false, off, no");
            };
        }
    }

    /** A duration above zero and of an hour at most. */
    public static final class PositiveDuration implements Converter<Duration> {
        private static final long serialVersionUID = 1L;

        @Override
        public Duration convert(String value) {
            Duration duration = DurationConverter.parseDuration(value.strip());
            if (duration.compareTo(Duration.ofMillis(1)) < 0 || duration.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("'" + value + "' is not within 1ms and 1h");
            }
            return duration;
        }
    }

    /** A duration of one second, the scheduler's resolution, to one minute. */
    public static final class RoundInterval implements Converter<Duration> {
        private static final long serialVersionUID = 1L;

        @Override
        public Duration convert(String value) {
            Duration duration = DurationConverter.parseDuration(value.strip());
            if (duration.compareTo(Duration.ofSeconds(1)) < 0 || duration.compareTo(Duration.ofMinutes(1)) > 0) {
                throw new IllegalArgumentException("'" + value + "' is not within 1s and 1m");
            }
            return duration;
        }
    }

    /** 1 to 256 threads. */
    public static final class ThreadNumber implements Converter<Integer> {
        private static final long serialVersionUID = 1L;

        @Override
        public Integer convert(String value) {
            int threads = Integer.parseInt(value.strip());
            if (threads < 1 || threads > 256) {
                throw new IllegalArgumentException("'" + value + "' is not within 1 and 256");
            }
            return threads;
        }
    }

    /** What can stand in a path without being encoded. */
    public static final class ReporterId implements Converter<String> {
        private static final long serialVersionUID = 1L;
        private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._:@~-]{1,128}");

        @Override
        public String convert(String value) {
            if (!LEGAL.matcher(value).matches()) {
                throw new IllegalArgumentException("'" + value + "' is not 1 to 128 letters, digits and . _ : @ ~ -");
            }
            return value;
        }
    }
}
