package io.undermoon.dev.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyFilterTest {
    @Test
    void takes_what_matches_one_pattern_and_none_of_the_excluded() {
        KeyFilter filter = new KeyFilter(List.of("user:*", "é?"), List.of("*:tmp"));
        assertThat(accepts(filter, "user:1")).isTrue();
        assertThat(accepts(filter, "user:1:tmp")).isFalse();
        assertThat(accepts(filter, "éx")).isTrue();
        assertThat(accepts(filter, "other")).isFalse();
        assertThat(accepts(KeyFilter.all(), "anything")).isTrue();
    }

    @Test
    void patterns_are_those_of_redis() {
        KeyFilter filter = new KeyFilter(List.of("h[a-c]l?o", "h[^x]y", "\\*literal"), List.of());
        assertThat(accepts(filter, "hallo")).isTrue();
        assertThat(accepts(filter, "hdllo")).isFalse();
        assertThat(accepts(filter, "hay")).isTrue();
        assertThat(accepts(filter, "hxy")).isFalse();
        assertThat(accepts(filter, "*literal")).isTrue();
        assertThat(accepts(filter, "xliteral")).isFalse();
    }

    private static boolean accepts(KeyFilter filter, String key) {
        return filter.accepts(key.getBytes(StandardCharsets.UTF_8));
    }
}
