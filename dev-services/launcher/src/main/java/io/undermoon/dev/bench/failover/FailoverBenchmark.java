package io.undermoon.dev.bench.failover;

import io.undermoon.dev.bench.Machine;
import io.undermoon.dev.bench.failover.FailoverReport.Row;
import io.undermoon.dev.bench.failover.WritingClient.Outage;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.EmptyDirectory;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One run: first Redis Cluster, then this system, each with processes of its own that are stopped before the next ones
 * start.
 *
 * @param installation its data directory is emptied
 * @param times how often each fault happens
 * @param nodes of this system's cluster
 * @param redisNodeTimeoutMillis of Redis Cluster; 0 to leave its part out
 */
public record FailoverBenchmark(
        Installation installation,
        Set<Fault> faults,
        int times,
        int nodes,
        int coordinators,
        int redisNodeTimeoutMillis) {
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Duration POLL = Duration.ofMillis(2);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    public FailoverReport run(Progress progress) {
        EmptyDirectory.make(installation.data());
        Machine machine = Machine.current("", "one writing client");
        List<Row> rows = new ArrayList<>();
        if (redisNodeTimeoutMillis > 0) {
            rows.addAll(measure(new RedisCluster(installation, redisNodeTimeoutMillis, progress), progress));
        }
        rows.addAll(measure(new UndermoonCluster(installation, nodes, coordinators, progress), progress));
        return new FailoverReport(machine, nodes, coordinators, redisNodeTimeoutMillis, rows);
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
        List<Row> rows = new ArrayList<>();
        for (Fault fault : faults) {
            if (cluster.has(fault)) {
                rows.add(measure(cluster, fault, progress));
            }
        }
        return rows;
    }

    private Row measure(FailingCluster cluster, Fault fault, Progress progress) {
        List<Integer> slots = cluster.slots(fault);
        List<WritingClient> clients = new ArrayList<>();
        try {
            for (int slot : slots) {
                clients.add(new WritingClient(cluster.seeds(), slot, PAUSE.multipliedBy(slots.size())));
            }
            List<Long> millis = new ArrayList<>();
            List<Integer> errors = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                List<Outage> seen = strike(cluster, fault, clients);
                millis.add(seen.stream()
                        .mapToLong(outage -> fault.isPlanned() ? outage.longestMillis() : outage.millis())
                        .max()
                        .orElseThrow());
                errors.add(seen.stream().mapToInt(Outage::errors).sum());
                progress.step(cluster.name() + ", " + fault.title() + ", " + (i + 1) + " of " + times + ": "
                        + millis.get(i) + " ms, " + errors.get(i) + " errors");
            }
            return new Row(cluster.name(), fault, millis, errors);
        } finally {
            clients.forEach(WritingClient::close);
        }
    }

    /** Ends when everything is put right again; a client of something planned is observed until then. */
    private static List<Outage> strike(FailingCluster cluster, Fault fault, List<WritingClient> clients) {
        Runnable strike = cluster.prepare(fault);
        List<Outage> seen = clients.stream()
                .map(client -> client.observe(fault.isPlanned()))
                .toList();
        strike.run();
        seen.forEach(Outage::hasHappened);
        long start = System.nanoTime();
        while (!seen.stream().allMatch(Outage::isOver)) {
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new LaunchException("no write was acknowledged within " + LIMIT.toSeconds() + " s");
            }
            Await.pause(POLL);
        }
        cluster.recover();
        return seen;
    }
}
