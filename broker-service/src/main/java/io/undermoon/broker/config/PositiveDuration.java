package io.undermoon.broker.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.undermoon.config.Converters;
import java.time.Duration;
import org.eclipse.microprofile.config.spi.Converter;

/** A duration of at least a millisecond. */
public final class PositiveDuration implements Converter<Duration> {
    @Override
    public Duration convert(String text) {
        return Converters.checked(
                text,
                DurationConverter::parseDuration,
                value -> value.toMillis() >= 1,
                "a duration of at least a millisecond, such as 500ms or 30s");
    }
}
