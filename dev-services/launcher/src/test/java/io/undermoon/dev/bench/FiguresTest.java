package io.undermoon.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void takes_the_median_of_each_figure() {
        Figures median = Figures.median(List.of(
                new Figures(10, 3.0, 1, 5, 9, null, 0.3, new NodeFigures(1, 16)),
                new Figures(30, 1.0, 2, 4, 8, null, 0.1, new NodeFigures(3, 400)),
                new Figures(20, 2.0, 3, 6, 7, null, 0.2, new NodeFigures(2, 200))));

        assertThat(median).isEqualTo(new Figures(20, 2.0, 2, 5, 8, null, 0.2, new NodeFigures(2, 200)));
    }

    @Test
    void takes_the_middle_of_the_two_middle_ones() {
        assertThat(Figures.median(List.of(of(1), of(4), of(2), of(100))).commandsPerSecond())
                .isEqualTo(3);
    }

    @Test
    void a_figure_missing_once_is_missing() {
        assertThat(Figures.median(List.of(of(1), new Figures(1, 2.0, 0, 0, 0, null, 0, null)))
                        .cpuMicros())
                .isNull();
    }

    private static Figures of(double commandsPerSecond) {
        return new Figures(commandsPerSecond, null, 0, 0, 0, null, 0, null);
    }
}
