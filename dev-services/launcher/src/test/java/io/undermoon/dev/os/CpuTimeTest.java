package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CpuTimeTest {
    @Test
    void is_the_sum_of_user_and_system_ticks_whatever_the_name() {
        String stat = "42 (a name) (x) S 1 42 42 0 -1 4194304 100 0 0 0 150 25 9 9 20 0 1 0 12345 1 1";

        assertThat(CpuTime.fromStat(stat)).isEqualTo(Duration.ofMillis(1750));
    }

    @Test
    void grows_while_a_process_works() {
        long self = ProcessHandle.current().pid();
        Duration before = CpuTime.of(self);

        Awaitility.await().until(() -> CpuTime.of(self).compareTo(before) > 0);
    }

    @Test
    void is_nothing_without_a_process() {
        assertThat(CpuTime.of(Long.MAX_VALUE)).isZero();
    }
}
