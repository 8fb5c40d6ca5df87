package io.undermoon.glob;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobPatternTest {
    @ParameterizedTest
    @CsvSource({
        "*, ''",
        "a*b*c, aXbXbXc",
        "A?c, abC",
        "max[a-d]*, maxclients",
        "[^a]b, xb",
        "[c-a]x, bx",
        "a\\*, a*",
        "[a, a",
    })
    void matches_as_in_redis(String pattern, String text) {
        assertThat(GlobPattern.ignoringCase(pattern).matches(text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"a*b*c, aXbXbX", "ab, abc", "'', a", "?, ''", "max[d-z]*, maxclients", "[^a]b, ab", "a\\*, ab"})
    void does_not_match_more_than_redis(String pattern, String text) {
        assertThat(GlobPattern.ignoringCase(pattern).matches(text)).isFalse();
    }

    @Test
    void many_stars_cost_no_more_than_both_lengths_multiplied() {
        assertThat(GlobPattern.ignoringCase("*a".repeat(1000) + "b").matches("a".repeat(10_000)))
                .isFalse();
    }
}
