package io.undermoon.coordinator.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.coordinator.testing.FakeClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final FakeClock clock = new FakeClock();
    private final Backoff<String> backoff = new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(5), clock);

    @Test
    void pauses_double_up_to_the_limit() {
        for (int seconds : new int[] {1, 2, 4, 5, 5}) {
            backoff.failed("a");
            assertThat(backoff.left("a")).isEqualTo(Duration.ofSeconds(seconds));
            clock.pass(Duration.ofSeconds(seconds).minusNanos(1));
            assertThat(backoff.ready("a")).isFalse();
            clock.pass(Duration.ofNanos(1));
            assertThat(backoff.ready("a")).isTrue();
        }
        assertThat(backoff.failing("a")).as("ready is not healthy").isTrue();
    }

    @Test
    void reports_the_first_failure_and_the_success_after_it() {
        assertThat(backoff.succeeded("a")).isFalse();
        assertThat(backoff.failed("a")).isTrue();
        assertThat(backoff.failed("a")).isFalse();
        assertThat(backoff.succeeded("a")).isTrue();
        assertThat(backoff.left("a")).isZero();
    }

    @Test
    void keys_are_independent_and_can_be_removed() {
        backoff.failed("a");
        assertThat(backoff.ready("b")).isTrue();
        backoff.retain(List.of("b"));
        assertThat(backoff.ready("a")).isTrue();
    }
}
