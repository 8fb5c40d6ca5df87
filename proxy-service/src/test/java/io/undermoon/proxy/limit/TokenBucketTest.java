package io.undermoon.proxy.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** {@link System#nanoTime} may begin anywhere, and overflow. */
    private static final long START = Long.MAX_VALUE - SECOND / 2;

    @Test
    void the_tokens_of_one_second_may_be_used_at_once() {
        TokenBucket bucket = new TokenBucket(10, START);
        for (int i = 0; i < 10; i++) {
            assertThat(bucket.take(1, START) - START).isLessThanOrEqualTo(0);
        }
        assertThat(bucket.take(1, START) - START).isEqualTo(SECOND / 10);
        assertThat(bucket.take(5, START) - START).isEqualTo(6 * SECOND / 10);
    }

    @Test
    void those_who_wait_are_served_in_the_order_in_which_they_came() {
        TokenBucket bucket = new TokenBucket(1000, START);
        bucket.take(1000, START);
        long first = bucket.take(1, START);
        long second = bucket.take(1, START + 10);
        assertThat(first - START).isPositive();
        assertThat(second - first).isEqualTo(SECOND / 1000);
    }

    @Test
    void what_was_not_used_for_longer_than_a_second_is_gone() {
        TokenBucket bucket = new TokenBucket(10, START);
        long later = START + 100 * SECOND;
        assertThat(bucket.take(10, later) - later).isLessThanOrEqualTo(0);
        assertThat(bucket.take(1, later) - later).isPositive();
    }

    @Test
    void gives_no_more_than_the_rate_whatever_is_asked_for() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < 100; run++) {
            long rate = 1 + random.nextInt(100_000);
            TokenBucket bucket = new TokenBucket(rate, START);
            long now = START;
            long taken = 0;
            while (now - START < 10 * SECOND) {
                long tokens = 1 + random.nextInt(1000);
                long due = bucket.take(tokens, now);
                taken += tokens;
                now = due - now > 0 ? due : now;
            }
            double seconds = (double) (now - START) / SECOND;
            assertThat((double) taken)
                    .as("seed=%d run=%d rate=%d", seed, run, rate)
                    .isCloseTo(rate * (seconds + 1), within(1 + taken * 0.01));
        }
    }
}
