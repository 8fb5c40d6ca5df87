package io.undermoon.proxy.migration.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(20);

    private long now = System.nanoTime();

    @Test
    void keeps_to_so_many_keys_per_second() {
        assertThat(secondsFor(new Pace(1000, 0), 5000, 1)).isBetween(4.8, 5.1);
    }

    @Test
    void keeps_to_so_many_bytes_per_second() {
        assertThat(secondsFor(new Pace(0, 1_000_000), 50, 100_000)).isBetween(4.7, 5.1);
    }

    @Test
    void gets_faster_while_nodes_bear_it_and_slower_while_they_do_not() {
        Pace pace = new Pace(0, 0);
        double first = pace.allowance();
        work(pace, 200, 0.5, 0);
        double borne = pace.allowance();
        assertThat(borne).isGreaterThan(5 * first);
        work(pace, 5, 1.5, 0);
        assertThat(pace.allowance()).isLessThan(borne / 2);
        work(pace, 100, 3, 0);
        double strained = pace.allowance();
        assertThat(strained).isPositive().isLessThan(first);
        work(pace, 200, 0.9, 0);
        assertThat(pace.allowance()).isGreaterThan(5 * strained);
    }

    @Test
    void goes_as_fast_as_it_can_where_nobody_else_is_served() {
        Pace pace = new Pace(0, 0);
        for (int i = 0; i < 10; i++) {
            now += STEP;
            pace.judge(0.1, true, false, 0, now);
        }
        assertThat(pace.allowance()).isGreaterThan(1_000_000);
    }

    @Test
    void does_not_allow_much_more_than_is_made_use_of() {
        Pace pace = new Pace(0, 0);
        for (int i = 0; i < 1000; i++) {
            now += STEP;
            pace.judge(0.1, false, false, 0, now);
        }
        assertThat(pace.allowance()).isLessThan(100_000);
    }

    @Test
    void goes_on_where_nodes_have_no_more_to_give() {
        Pace patient = new Pace(0, 0);
        Pace insistent = new Pace(0, 0);
        for (int i = 0; i < 100; i++) {
            now += STEP;
            patient.judge(5, false, false, 0, now);
            insistent.judge(5, false, true, 0, now);
        }
        assertThat(insistent.allowance()).isGreaterThan(1.5 * patient.allowance());
    }

    @Test
    void is_as_fast_as_it_has_to_be() {
        Pace pace = new Pace(0, 0);
        work(pace, 100, 10, 50_000);
        assertThat(pace.allowance()).isEqualTo(50_000);
    }

    @Test
    void what_a_second_allows_leaves_within_about_a_second() {
        Pace pace = new Pace(0, 0);
        work(pace, 200, 0.5, 0);
        int keys = (int) pace.allowance();
        assertThat(secondsFor(pace, keys, 0)).isBetween(0.9, 1.1);
    }

    @Test
    void a_large_value_is_worth_many_keys() {
        assertThat(secondsFor(new Pace(0, 0), 100, 1 << 20)).isGreaterThan(50 * secondsFor(new Pace(0, 0), 100, 100));
    }

    @Test
    void nothing_begins_while_it_rests() {
        Pace pace = new Pace(0, 0);
        now = System.nanoTime();
        pace.rest(true);
        assertThat(pace.delayNanos(now)).isPositive();
        pace.rest(false);
        assertThat(pace.delayNanos(now)).isZero();
    }

    /** Copies as much as is allowed, and judges now and then. */
    private void work(Pace pace, int times, double strain, double least) {
        for (int i = 0; i < times; i++) {
            long end = now + STEP;
            while (now < end) {
                long delay = pace.delayNanos(now);
                if (delay > 0) {
                    now += delay;
                } else {
                    pace.keyStarted();
                }
            }
            pace.judge(strain, false, false, least, now);
        }
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
