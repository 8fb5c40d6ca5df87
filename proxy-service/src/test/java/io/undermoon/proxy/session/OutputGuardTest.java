package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.client.OutputLimit;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutputGuardTest {
    private static final long START = Long.MAX_VALUE - 5;
    private static final long MINUTE = TimeUnit.SECONDS.toNanos(60);
    private static final OutputLimit LIMIT = new OutputLimit(1000, 100, 60);

    private final OutputGuard guard = new OutputGuard();

    @Test
    void more_than_the_hard_limit_is_too_much_at_once() {
        assertThat(guard.isExceeded(LIMIT, 1000, START)).isFalse();
        assertThat(guard.isExceeded(LIMIT, 1001, START)).isTrue();
    }

    @Test
    void more_than_the_soft_limit_is_too_much_after_its_time() {
        assertThat(guard.isExceeded(LIMIT, 101, START)).isFalse();
        assertThat(guard.isExceeded(LIMIT, 101, START + MINUTE)).isFalse();
        assertThat(guard.isExceeded(LIMIT, 101, START + MINUTE + 1)).isTrue();
    }

    @Test
    void falling_below_the_soft_limit_starts_its_time_anew() {
        assertThat(guard.isExceeded(LIMIT, 101, START)).isFalse();
        assertThat(guard.isExceeded(LIMIT, 100, START + 1)).isFalse();
        assertThat(guard.isExceeded(LIMIT, 101, START + 2)).isFalse();
        assertThat(guard.isExceeded(LIMIT, 101, START + MINUTE + 2)).isFalse();
        assertThat(guard.isExceeded(LIMIT, 101, START + MINUTE + 3)).isTrue();
    }

    @Test
    void zero_is_no_limit() {
        OutputLimit none = new OutputLimit(0, 0, 0);
        assertThat(guard.isExceeded(none, Long.MAX_VALUE, START)).isFalse();
        assertThat(guard.isExceeded(none, Long.MAX_VALUE, START + MINUTE)).isFalse();
        assertThat(guard.isExceeded(new OutputLimit(10, 0, 0), 10, START)).isFalse();
        assertThat(guard.isExceeded(new OutputLimit(10, 0, 0), 11, START)).isTrue();
    }
}
