package io.undermoon.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.plan.LaunchException;
import org.junit.jupiter.api.Test;

class RedisBenchmarkTest {
    private static final String HEADER = "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\"\n";

    @Test
    void reads_the_rate_from_the_column_of_its_name() {
        assertThat(RedisBenchmark.rate(HEADER + "\"GET\",\"869565.19\",\"0.729\",\"0.056\",\"0.639\"\n"))
                .isEqualTo(869_565.19);
    }

    @Test
    void a_command_may_hold_commas() {
        assertThat(RedisBenchmark.rate(HEADER + "\"MGET a,b\",\"95238.09\",\"0.3\",\"0.1\",\"0.2\"\n"))
                .isEqualTo(95_238.09);
    }

    @Test
    void skips_warnings_before_the_figures() {
        assertThat(RedisBenchmark.rate(
                        "WARN: could not fetch server CONFIG\n" + HEADER + "\"SET\",\"1.50\",\"0\",\"0\",\"0\"\n"))
                .isEqualTo(1.5);
    }

    @Test
    void shows_what_was_said_when_there_is_no_rate() {
        assertThatThrownBy(() -> RedisBenchmark.rate("Error from server: ERR no\n"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("ERR no");
        assertThatThrownBy(() -> RedisBenchmark.rate(HEADER)).isInstanceOf(LaunchException.class);
        assertThatThrownBy(() -> RedisBenchmark.rate(HEADER + "\"GET\",\"nan?\",\"0\",\"0\",\"0\"\n"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("nan?");
    }

    @Test
    void makes_every_load_but_the_mixed_one() {
        assertThat(RedisBenchmark.canDo(Workload.GET)).isTrue();
        assertThat(RedisBenchmark.canDo(Workload.MGET)).isTrue();
        assertThat(RedisBenchmark.canDo(Workload.MIXED)).isFalse();
    }
}
