package io.undermoon.dev.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.bench.Machine;
import io.undermoon.dev.bench.failover.FailoverReport.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverTableTest {
    @Test
    void shows_quantiles_that_were_measured() {
        List<Long> sorted = List.of(1L, 2L, 3L, 40L);
        assertThat(FailoverTable.quantile(sorted, 0.5)).isEqualTo(2);
        assertThat(FailoverTable.quantile(sorted, 0.99)).isEqualTo(40);
        assertThat(FailoverTable.quantile(List.of(7L), 0.5)).isEqualTo(7);
    }

    @Test
    void has_a_line_for_each_fault_of_each_cluster() {
        FailoverReport report = new FailoverReport(
                Machine.current("", ""),
                4,
                1,
                5000,
                List.of(
                        new Row("Redis Cluster", Fault.STOPPED, List.of(9000L), List.of(3)),
                        new Row("undermoon", Fault.CUT, List.of(3000L, 1000L), List.of(10, 21))));
        assertThat(FailoverTable.render(report).lines())
                .hasSize(3)
                .anyMatch(line -> line.matches("Redis Cluster +SIGSTOP +1 +9000 +9000 +9000 +3\\.0"))
                .anyMatch(line -> line.matches("undermoon +network cut +2 +1000 +3000 +3000 +15\\.5"));
    }
}
