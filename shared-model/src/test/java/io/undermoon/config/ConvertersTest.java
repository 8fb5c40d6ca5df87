package io.undermoon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.HostPort;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;

class ConvertersTest {
    @Test
    void booleans_are_the_words_of_the_original_and_nothing_else() {
        Converter<Boolean> booleans = new Converters.StrictBoolean();
        for (String word : new String[] {"1", "true", "ON", " yes "}) {
            assertThat(booleans.convert(word)).as(word).isTrue();
        }
        for (String word : new String[] {"0", "False", "off", "no"}) {
            assertThat(booleans.convert(word)).as(word).isFalse();
        }
        assertRefused(booleans, "flase", "expected one of true, false");
    }

    @Test
    void numbers_have_a_least_value() {
        assertThat(new Converters.NotNegativeInt().convert(" 0 ")).isZero();
        assertThat(new Converters.PositiveLong().convert("5000000000")).isEqualTo(5_000_000_000L);
        assertRefused(new Converters.NotNegativeInt(), "-1", "at least 0");
        assertRefused(new Converters.NotNegativeLong(), "-1", "at least 0");
        assertRefused(new Converters.PositiveInt(), "0", "at least 1");
        assertRefused(new Converters.PositiveInt(), "5000000000", "whole number");
        assertRefused(new Converters.PositiveLong(), "many", "whole number");
    }

    @Test
    void an_address_of_a_server_can_stand_in_a_url() {
        assertThat(new Converters.Address().convert("bro_ker:7799")).isEqualTo(new HostPort("bro_ker", 7799));
        assertThat(new Converters.HttpAddress().convert("[::1]:7799")).isEqualTo(new HostPort("::1", 7799));
        assertRefused(new Converters.Address(), "broker", "host:port");
        assertRefused(new Converters.HttpAddress(), "bro_ker:7799", "letters, digits, dots and hyphens");
        assertRefused(new Converters.HttpAddress(), "bro%ker:7799", "letters, digits, dots and hyphens");
    }

    private static void assertRefused(Converter<?> converter, String value, String expectation) {
        assertThatThrownBy(() -> converter.convert(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expectation);
    }
}
