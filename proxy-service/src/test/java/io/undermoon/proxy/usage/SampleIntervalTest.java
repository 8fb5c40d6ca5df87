package io.undermoon.proxy.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SampleIntervalTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void looks_at_all_commands_while_they_are_few() {
        SampleInterval interval = SampleInterval.adaptive(1);
        long now = 0;
        for (int i = 0; i < 100_000; i++) {
            now += 10_000;
            assertThat(interval.isDue()).isTrue();
            assertThat(interval.take(now)).isEqualTo(1);
        }
    }

    /** Commands per second, and how many of them are looked at in the second after the first. */
    @ParameterizedTest
    @CsvSource({"250000", "1000000", "2000000", "10000000"})
    void looks_at_no_more_than_can_be_borne(int perSecond) {
        SampleInterval interval = SampleInterval.adaptive(1);
        long taken = 0;
        long weight = 0;
        for (long i = 0; i < 2L * perSecond; i++) {
            if (interval.isDue()) {
                int stands = interval.take(i * SECOND / perSecond);
                if (i >= perSecond) {
                    taken++;
                    weight += stands;
                }
            }
        }
        assertThat(taken).isBetween(SampleInterval.PER_SECOND / 3L, SampleInterval.PER_SECOND * 21L / 20);
        assertThat((double) weight / perSecond).isBetween(0.98, 1.02);
    }

    /** A pipeline of 16 commands, of which the first has the hot key: one in 16 commands, and no more or less. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 16, 32, 100})
    void does_not_beat_with_pipelines(int ratio) {
        SampleInterval interval = SampleInterval.fixed(ratio);
        long hot = 0;
        long all = 0;
        for (int i = 0; i < 16_000_000; i++) {
            if (interval.isDue()) {
                int weight = interval.take(0);
                all += weight;
                hot += i % 16 == 0 ? weight : 0;
            }
        }
        assertThat((double) hot / all * 16).isBetween(0.97, 1.03);
    }

    @Test
    void never_is_never() {
        SampleInterval interval = SampleInterval.never();
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(interval.isDue()).isFalse();
        }
    }

    /** Two million commands of a second with a hundred thousand keys: what is found of each of the top 20. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void the_top_20_of_a_busy_second_are_right_within_10_percent(long seed) {
        int perSecond = 2_000_000;
        SampleInterval interval = SampleInterval.adaptive(1);
        Zipf zipf = new Zipf(100_000, seed);
        Map<Integer, Long> exact = new HashMap<>();
        TopKeys keys = new TopKeys();
        byte[] key = new byte[4];
        for (int i = 0; i < perSecond; i++) {
            int number = zipf.next();
            exact.merge(number, 1L, Long::sum);
            if (interval.isDue()) {
                for (int b = 0; b < 4; b++) {
                    key[b] = (byte) (number >> 8 * b);
                }
                keys.add(key, 0, 4, interval.take((long) i * SECOND / perSecond));
            }
        }
        Map<Integer, Long> found = new HashMap<>();
        keys.top(40).forEach(entry -> {
            byte[] k = entry.key();
            found.put(k[0] & 0xff | (k[1] & 0xff) << 8 | (k[2] & 0xff) << 16 | (k[3] & 0xff) << 24, entry.amount());
        });
        exact.entrySet().stream()
                .sorted(Map.Entry.<Integer, Long>comparingByValue().reversed())
                .limit(20)
                .forEach(entry -> assertThat((double) found.getOrDefault(entry.getKey(), 0L) / entry.getValue())
                        .as("key %d of %s", entry.getKey(), found)
                        .isBetween(0.9, 1.1));
    }
}
