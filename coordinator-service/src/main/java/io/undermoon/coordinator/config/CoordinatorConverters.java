package io.undermoon.coordinator.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.undermoon.config.Converters;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;

/** The converters of values that only the coordinator has. */
public final class CoordinatorConverters {
    private CoordinatorConverters() {}

    private static Duration between(Duration min, Duration max, String text, String expectation) {
        return Converters.checked(
                text,
                DurationConverter::parseDuration,
                value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                expectation);
    }

    /** A duration above zero and of an hour at most. */
    public static final class PositiveDuration implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            return between(Duration.ofMillis(1), Duration.ofHours(1), text, "a duration within 1ms and 1h");
        }
    }

    /** A duration of one second, the scheduler's resolution, to one minute. */
    public static final class RoundInterval implements Converter<Duration> {
        @Override
        public Duration convert(String text) {
            return between(Duration.ofSeconds(1), Duration.ofMinutes(1), text, "a duration within 1s and 1m");
        }
    }

    /** 1 to 256 threads. */
    public static final class ThreadNumber implements Converter<Integer> {
        @Override
        public Integer convert(String text) {
            return Converters.checked(
                    text, Integer::valueOf, value -> value >= 1 && value <= 256, "a number within 1 and 256");
        }
    }

    /** A name that can stand in a path without being encoded. */
    public static final class ReporterId implements Converter<String> {
        @Override
        public String convert(String text) {
            return Converters.checked(
                    text,
                    name -> name,
                    name -> name.matches("[A-Za-z0-9._:@~-]{1,128}"),
                    "1 to 128 letters, digits and . _ : @ ~ -");
        }
    }
}
