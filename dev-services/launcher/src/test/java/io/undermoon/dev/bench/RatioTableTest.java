package io.undermoon.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.bench.BenchReport.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatioTableTest {
    private static final Cell GET = new Cell(Workload.GET, 64, 50, 16);
    private static final Cell MGET = new Cell(Workload.MGET, 16384, 500, 1);
    private static final Machine MACHINE = new Machine(2, "os", "java", "7.0", 1, "load");

    @Test
    void shows_figures_of_the_one_and_ratios_to_the_other() {
        Figures redis = new Figures(500_000, 2.0, 100, 200, 400, null, 0.5, new NodeFigures(2, 16));
        Figures proxy = new Figures(600_000, 0.5, 110, 150, 800, 12.4, 0.42, new NodeFigures(1.5, 400));

        assertThat(RatioTable.render(report(new Row(GET, Map.of("redis", redis, "proxy", proxy))), "proxy", "redis"))
                .isEqualTo("""
                        proxy (ratio: to redis)
                        command  bytes  conns  pipe   cmd/s  ratio  p50 us  ratio  p99 us  ratio  p99.9 us  ratio  CPU us  base  ratio  B/cmd  gen  node us  base  cmd/read  base
                        GET         64     50    16  600000   1.20     110   1.10     150   0.75       800   2.00    0.50  2.00   0.25     12  42%     1.50  2.00       400    16
                        """);
    }

    @Test
    void says_nothing_of_what_is_not_known() {
        Figures redis = new Figures(1000, null, 1, 1, 1, null, 0.1, null);
        Figures proxy = new Figures(1000, null, 1, 1, 1, null, 0.1, null);

        assertThat(RatioTable.render(report(new Row(MGET, Map.of("redis", redis, "proxy", proxy))), "proxy", "redis"))
                .contains("MGET     16384    500     1")
                .contains("     -     -      -      -  10%        -     -         -     -");
    }

    @Test
    void leaves_out_cells_in_which_one_of_the_two_was_not_measured() {
        Figures redis = new Figures(1000, null, 1, 1, 1, null, 0.1, null);

        assertThat(RatioTable.render(report(new Row(MGET, Map.of("redis", redis))), "proxy", "redis"))
                .doesNotContain("MGET");
    }

    private static BenchReport report(Row row) {
        return new BenchReport(MACHINE, 1, 3, 0.7, List.of(row));
    }
}
