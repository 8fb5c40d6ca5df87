package io.undermoon.proxy.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoopStatsTest {
    @Test
    void sums_over_loops() {
        LoopStats one = new LoopStats(2);
        LoopStats other = new LoopStats(2);
        one.add(Counter.MOVED, 2);
        other.add(Counter.MOVED, 3);
        one.answered(1, false, 5_000_000);
        other.answered(1, true, 0);
        other.rejected(0);
        other.executedInTransaction(1);
        ProxyStats stats = new ProxyStats(List.of(one, other));
        assertThat(stats.get(Counter.MOVED)).isEqualTo(5);
        assertThat(stats.calls(1)).isEqualTo(3);
        assertThat(stats.timedCalls(1)).isEqualTo(2);
        assertThat(stats.failures(1)).isEqualTo(1);
        assertThat(stats.rejections(0)).isEqualTo(1);
        assertThat(stats.micros(1)).isEqualTo(5_000_000 >> 10);
    }

    @Test
    void a_latency_falls_in_the_bucket_whose_bound_is_just_above_it() {
        LoopStats stats = new LoopStats(1);
        stats.answered(0, false, 0);
        stats.answered(0, false, 3 << 10);
        stats.answered(0, false, 4 << 10);
        stats.answered(0, false, Long.MAX_VALUE);
        assertThat(stats.latencyBucket(0)).isEqualTo(1);
        assertThat(stats.latencyBucket(2)).isEqualTo(1);
        assertThat(stats.latencyBucket(3)).isEqualTo(1);
        assertThat(stats.latencyBucket(LoopStats.LATENCY_BUCKETS - 1)).isEqualTo(1);
    }
}
