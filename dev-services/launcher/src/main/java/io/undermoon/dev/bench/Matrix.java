package io.undermoon.dev.bench;

import static io.undermoon.dev.bench.Workload.GET;
import static io.undermoon.dev.bench.Workload.MGET;
import static io.undermoon.dev.bench.Workload.MIXED;
import static io.undermoon.dev.bench.Workload.SET;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which cells are measured. Those of one value size are together: between sizes the keys are stored anew. */
public final class Matrix {
    private static final int BYTES = 64;
    private static final int CONNECTIONS = 50;

    private Matrix() {}

    /** One thing varied at a time: about two minutes. */
    public static List<Cell> quick() {
        return List.of(
                new Cell(GET, BYTES, CONNECTIONS, 1),
                new Cell(GET, BYTES, CONNECTIONS, 16),
                new Cell(GET, BYTES, CONNECTIONS, 64),
                new Cell(GET, BYTES, 500, 1),
                new Cell(SET, BYTES, CONNECTIONS, 1),
                new Cell(SET, BYTES, CONNECTIONS, 16),
                new Cell(MGET, BYTES, CONNECTIONS, 1),
                new Cell(MIXED, BYTES, CONNECTIONS, 16),
                new Cell(GET, 16 << 10, CONNECTIONS, 1));
    }

    /** Everything with everything. */
    public static List<Cell> full() {
        return of(List.of(Workload.values()), List.of(16, 512, 16 << 10), List.of(50, 500), List.of(1, 16, 64));
    }

    /** All combinations of what is given; an empty list stands for the plainest choice. */
    public static List<Cell> of(
            List<Workload> workloads, List<Integer> valueBytes, List<Integer> connections, List<Integer> pipelines) {
        List<Cell> cells = new ArrayList<>();
        for (Workload workload : orElse(workloads, GET)) {
            for (int bytes : orElse(valueBytes, BYTES)) {
                for (int clients : orElse(connections, CONNECTIONS)) {
                    for (int pipeline : orElse(pipelines, 1)) {
                        cells.add(new Cell(workload, bytes, clients, pipeline));
                    }
                }
            }
        }
        cells.sort(Comparator.comparingInt(Cell::valueBytes));
        return List.copyOf(cells);
    }

    private static <T> List<T> orElse(List<T> given, T plain) {
        return given.isEmpty() ? List.of(plain) : given;
    }
}
