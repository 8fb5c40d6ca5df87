package io.undermoon.proxy.migration.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(20);

    private long now = System.nanoTime();

    @Test
    void keeps_the_limit_of_keys_per_second() {
        assertThat(secondsFor(new RateLimiter(1000, 0), 5000, 1)).isBetween(4.8, 5.1);
    }

    @Test
    void keeps_the_limit_of_bytes_per_second() {
        assertThat(secondsFor(new RateLimiter(0, 1_000_000), 50, 100_000)).isBetween(4.7, 5.1);
    }

    @Test
    void grows_at_low_pressure_and_shrinks_at_high_pressure() {
        RateLimiter limiter = new RateLimiter(0, 0);
        double first = limiter.rate();
        work(limiter, 200, 0.5, 0);
        double grown = limiter.rate();
        assertThat(grown).isGreaterThan(5 * first);
        work(limiter, 5, 1.5, 0);
        assertThat(limiter.rate()).isLessThan(grown / 2);
        work(limiter, 100, 3, 0);
        double shrunk = limiter.rate();
        assertThat(shrunk).isPositive().isLessThan(first);
        work(limiter, 200, 0.9, 0);
        assertThat(limiter.rate()).isGreaterThan(5 * shrunk);
    }

    @Test
    void grows_fast_on_idle_nodes() {
        RateLimiter limiter = new RateLimiter(0, 0);
        for (int i = 0; i < 10; i++) {
            now += STEP;
            limiter.adjust(0.1, true, false, 0, now);
        }
        assertThat(limiter.rate()).isGreaterThan(1_000_000);
    }

    @Test
    void stays_near_what_is_used() {
        RateLimiter limiter = new RateLimiter(0, 0);
        for (int i = 0; i < 1000; i++) {
            now += STEP;
            limiter.adjust(0.1, false, false, 0, now);
        }
        assertThat(limiter.rate()).isLessThan(100_000);
    }

    @Test
    void has_a_higher_floor_on_saturated_nodes() {
        RateLimiter unsaturated = new RateLimiter(0, 0);
        RateLimiter saturated = new RateLimiter(0, 0);
        for (int i = 0; i < 100; i++) {
            now += STEP;
            unsaturated.adjust(5, false, false, 0, now);
            saturated.adjust(5, false, true, 0, now);
        }
        assertThat(saturated.rate()).isGreaterThan(1.5 * unsaturated.rate());
    }

    @Test
    void does_not_fall_below_the_required_rate() {
        RateLimiter limiter = new RateLimiter(0, 0);
        work(limiter, 100, 10, 50_000);
        assertThat(limiter.rate()).isEqualTo(50_000);
    }

    @Test
    void releases_the_keys_of_a_second_within_a_second() {
        RateLimiter limiter = new RateLimiter(0, 0);
        work(limiter, 200, 0.5, 0);
        int keys = (int) limiter.rate();
        assertThat(secondsFor(limiter, keys, 0)).isBetween(0.9, 1.1);
    }

    @Test
    void a_large_value_costs_as_much_as_many_keys() {
        assertThat(secondsFor(new RateLimiter(0, 0), 100, 1 << 20))
                .isGreaterThan(50 * secondsFor(new RateLimiter(0, 0), 100, 100));
    }

    @Test
    void delays_every_key_while_paused() {
        RateLimiter limiter = new RateLimiter(0, 0);
        now = System.nanoTime();
        limiter.pause(true);
        assertThat(limiter.delayNanos(now)).isPositive();
        limiter.pause(false);
        assertThat(limiter.delayNanos(now)).isZero();
    }

    /** Copies as much as is allowed and adjusts the rate every 20 ms. */
    private void work(RateLimiter limiter, int times, double pressure, double least) {
        for (int i = 0; i < times; i++) {
            long end = now + STEP;
            while (now < end) {
                long delay = limiter.delayNanos(now);
                if (delay > 0) {
                    now += delay;
                } else {
                    limiter.keyStarted();
                }
            }
            limiter.adjust(pressure, false, false, least, now);
        }
    }

    private double secondsFor(RateLimiter limiter, int keys, long bytesEach) {
        long start = now;
        for (int i = 0; i < keys; i++) {
            for (long delay = limiter.delayNanos(now); delay > 0; delay = limiter.delayNanos(now)) {
                now += delay;
            }
            limiter.keyStarted();
            limiter.bytesCopied(bytesEach);
        }
        return (now - start) / 1e9;
    }
}
