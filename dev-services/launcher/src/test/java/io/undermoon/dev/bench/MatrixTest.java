package io.undermoon.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MatrixTest {
    @Test
    void full_is_everything_with_everything() {
        assertThat(Matrix.full()).hasSize(4 * 3 * 2 * 3).doesNotHaveDuplicates();
    }

    @Test
    void cells_of_one_size_are_together() {
        assertThat(Matrix.full()).extracting(Cell::valueBytes).isSorted();
        assertThat(Matrix.quick()).extracting(Cell::valueBytes).isSorted();
    }

    @Test
    void what_is_not_chosen_is_plain() {
        assertThat(Matrix.of(List.of(), List.of(), List.of(), List.of(4)))
                .containsExactly(new Cell(Workload.GET, 64, 50, 4));
    }

    @Test
    void absurd_cells_are_refused() {
        assertThatThrownBy(() -> new Cell(Workload.GET, 0, 1, 1)).hasMessageContaining("value bytes 0");
        assertThatThrownBy(() -> new Cell(Workload.GET, 1, 1, 5000)).hasMessageContaining("pipeline 5000");
    }
}
