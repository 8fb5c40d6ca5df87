package io.undermoon.proxy.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutputLimitTest {
    private static final long START = -1;

    private final OutputLimit limit = new OutputLimit();

    @Test
    void more_than_the_hard_limit_is_too_much_at_once() {
        assertThat(limit.isExceeded(OutputLimit.HARD_BYTES, START)).isFalse();
        assertThat(limit.isExceeded(OutputLimit.HARD_BYTES + 1, START)).isTrue();
    }

    @Test
    void more_than_the_soft_limit_is_too_much_after_its_time() {
        long minute = TimeUnit.SECONDS.toNanos(60);
        assertThat(limit.isExceeded(OutputLimit.SOFT_BYTES + 1, START)).isFalse();
        assertThat(limit.isExceeded(OutputLimit.SOFT_BYTES + 1, START + minute)).isFalse();
        assertThat(limit.isExceeded(OutputLimit.SOFT_BYTES + 1, START + minute + 1))
                .isTrue();
    }

    @Test
    void falling_below_the_soft_limit_starts_its_time_anew() {
        long minute = TimeUnit.SECONDS.toNanos(60);
        assertThat(limit.isExceeded(OutputLimit.SOFT_BYTES + 1, START)).isFalse();
        assertThat(limit.isExceeded(OutputLimit.SOFT_BYTES, START + 1)).isFalse();
        assertThat(limit.isExceeded(OutputLimit.SOFT_BYTES + 1, START + 2)).isFalse();
        assertThat(limit.isExceeded(OutputLimit.SOFT_BYTES + 1, START + minute + 2))
                .isFalse();
        assertThat(limit.isExceeded(OutputLimit.SOFT_BYTES + 1, START + minute + 3))
                .isTrue();
    }
}
