package io.undermoon.dev.bench.failover;

import io.undermoon.dev.bench.Machine;
import java.util.List;

/**
 * The figures of one run.
 *
 * @param nodes of this system's cluster
 * @param redisNodeTimeoutMillis of Redis Cluster
 */
public record FailoverReport(Machine machine, int nodes, int coordinators, int redisNodeTimeoutMillis, List<Row> rows) {
    /**
     * One fault of one cluster.
     *
     * @param millis of each time it happened, in order, until the first write that was acknowledged; where it was
     *     planned, the longest time between two acknowledged writes
     * @param errors of each time, that the client saw until then
     */
    public record Row(String cluster, Fault fault, List<Long> millis, List<Integer> errors) {
        public Row {
            millis = List.copyOf(millis);
            errors = List.copyOf(errors);
        }
    }
}
