package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LagLimitsTest {
    @Test
    void a_replica_is_within_both_limits() {
        LagLimits limits = new LagLimits(100, Duration.ofSeconds(5));
        assertThat(limits.allow(100, 5)).isTrue();
        assertThat(limits.allow(101, 5)).isFalse();
        assertThat(limits.allow(100, 6)).isFalse();
    }

    @Test
    void zero_is_no_limit() {
        assertThat(new LagLimits(0, Duration.ofSeconds(5)).allow(101, 5)).isTrue();
        assertThat(new LagLimits(100, Duration.ZERO).allow(100, 6)).isTrue();
        assertThat(LagLimits.NONE.isSet()).isFalse();
    }
}
