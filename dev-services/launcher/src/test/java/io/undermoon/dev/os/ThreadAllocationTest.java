package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThreadAllocationTest {
    @Test
    void sums_what_the_threads_say() {
        assertThat(ThreadAllocation.sum("""
                        "main" #1 prio=5 os_prio=0 cpu=50.1ms elapsed=0.3s allocated=4506K defined_classes=500 tid=0x1
                        "loop" #2 daemon prio=5 os_prio=0 cpu=5.1ms elapsed=0.3s allocated=3M defined_classes=0 tid=0x2
                        "rest" #3 daemon prio=5 os_prio=0 cpu=5.1ms elapsed=0.3s allocated=64B defined_classes=0 tid=0x3
                        """)).hasValue((4506L << 10) + (3L << 20) + 64);
    }

    @Test
    void knows_nothing_where_nothing_is_said() {
        assertThat(ThreadAllocation.sum("\"GC Thread#0\" os_prio=0 cpu=1.0ms elapsed=1s tid=0x1 nid=1 runnable"))
                .isEmpty();
    }

    @Test
    void asks_a_running_java() {
        assertThat(ThreadAllocation.of(ProcessHandle.current().pid())).isPresent();
    }
}
