package io.undermoon.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long FAST = TimeUnit.MICROSECONDS.toNanos(300);
    private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(20);

    private long now = System.nanoTime();

    @Test
    void without_limits_nothing_is_waited_for() {
        Pace pace = new Pace(0, 0);
        for (int i = 0; i < 1_000_000; i++) {
            pace.keyStarted();
            pace.bytesCopied(1 << 20);
        }
        assertThat(pace.delayNanos(now)).isZero();
    }

    @Test
    void keeps_to_so_many_keys_per_second() {
        assertThat(secondsFor(new Pace(1000, 0), 5000, 1)).isBetween(4.8, 5.1);
    }

    @Test
    void keeps_to_so_many_bytes_per_second() {
        assertThat(secondsFor(new Pace(0, 1_000_000), 50, 100_000)).isBetween(4.7, 5.1);
    }

    @Test
    void copies_less_at_once_while_nodes_answer_slowly_and_more_again_when_they_do_not() {
        Pace pace = new Pace(0, 0);
        int first = pace.window();
        pace.answered(SLOW);
        assertThat(pace.window()).isLessThan(first);
        for (int i = 0; i < 20; i++) {
            pace.answered(SLOW);
        }
        assertThat(pace.window()).isPositive();
        for (int i = 0; i < 100; i++) {
            pace.answered(FAST);
        }
        assertThat(pace.window()).isGreaterThan(first);
    }

    private double secondsFor(Pace pace, int keys, long bytesEach) {
        long start = now;
        for (int i = 0; i < keys; i++) {
            for (long delay = pace.delayNanos(now); delay > 0; delay = pace.delayNanos(now)) {
                now += delay;
            }
            pace.keyStarted();
            pace.bytesCopied(bytesEach);
        }
        return (now - start) / 1e9;
    }
}
