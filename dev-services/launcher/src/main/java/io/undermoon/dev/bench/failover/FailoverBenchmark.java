package io.undermoon.dev.bench.failover;

import io.undermoon.dev.bench.Machine;
import io.undermoon.dev.bench.failover.FailoverReport.Row;
import io.undermoon.dev.bench.failover.WritingClient.Seen;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.EmptyDirectory;
import io.undermoon.dev.plan.Installation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One run: first Redis Cluster, then this system, each with processes of its own that are stopped before the next ones
 * start.
 *
 * @param installation its data directory is emptied
 * @param times how often each fault happens
 * @param redisNodeTimeoutMillis of Redis Cluster; 0 to leave its part out
 */
public record FailoverBenchmark(
        Installation installation, Set<Fault> faults, int times, int coordinators, int redisNodeTimeoutMillis) {

    public FailoverReport run(Progress progress) {
        EmptyDirectory.make(installation.data());
        Machine machine = Machine.current("", "one writing client");
        List<Row> rows = new ArrayList<>();
        if (redisNodeTimeoutMillis > 0) {
            rows.addAll(measure(new RedisCluster(installation, redisNodeTimeoutMillis, progress), progress));
        }
        rows.addAll(measure(new UndermoonCluster(installation, coordinators, progress), progress));
        return new FailoverReport(machine, coordinators, redisNodeTimeoutMillis, rows);
    }

    /** The cluster ends with this program, however it ends. */
    private List<Row> measure(FailingCluster cluster, Progress progress) {
        Thread hook = new Thread(cluster::close, "stop-cluster");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            cluster.start();
            return rows(cluster, progress);
        } finally {
            cluster.close();
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private List<Row> rows(FailingCluster cluster, Progress progress) {
        try (WritingClient client = new WritingClient(cluster.seeds())) {
            List<Row> rows = new ArrayList<>();
            for (Fault fault : faults) {
                if (cluster.has(fault)) {
                    rows.add(measure(cluster, client, fault, progress));
                }
            }
            return rows;
        }
    }

    private Row measure(FailingCluster cluster, WritingClient client, Fault fault, Progress progress) {
        List<Long> millis = new ArrayList<>();
        List<Integer> errors = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Seen seen = client.measure(cluster.prepare(fault, WritingClient.slot()));
            progress.step(cluster.name() + ", " + fault.title() + ", " + (i + 1) + " of " + times + ": " + seen.millis()
                    + " ms, " + seen.errors() + " errors");
            millis.add(seen.millis());
            errors.add(seen.errors());
            cluster.recover();
        }
        return new Row(cluster.name(), fault, millis, errors);
    }
}
