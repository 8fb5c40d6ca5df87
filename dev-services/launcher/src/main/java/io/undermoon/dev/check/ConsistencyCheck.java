package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.DirectClient;
import io.undermoon.dev.clusterclient.Observer;
import io.undermoon.dev.clusterclient.Topology;
import io.undermoon.dev.clusterclient.UnexpectedReplyException;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * One run against one cluster: {@link #start} begins writing, {@link #stopWriting} ends it, {@link #verify} compares.
 * Owned by one thread, beside the writers'.
 */
public final class ConsistencyCheck implements AutoCloseable {
    private final CheckPlan plan;
    private final Keyspace keys;
    private final List<Workload> workloads;
    private final Findings findings;
    private final Topology topology;
    private final Meter meter = new Meter();
    private final List<WriterThread> writers = new ArrayList<>();

    /**
     * @param findings the one that the workloads report to
     * @throws LaunchException if no seed answers
     */
    public ConsistencyCheck(CheckPlan plan, Keyspace keys, List<Workload> workloads, Findings findings) {
        this.plan = plan;
        this.keys = keys;
        this.workloads = List.copyOf(workloads);
        this.findings = findings;
        this.topology = Topology.discover(plan.settings());
    }

    /** Prepares the data and starts all writers. */
    public void start() {
        try (ClusterClient client = new ClusterClient(plan.settings(), topology, meter, 0)) {
            workloads.forEach(workload -> workload.prepare(client));
        }
        for (int i = 0; i < plan.writers(); i++) {
            ClusterClient client = new ClusterClient(plan.settings(), topology, meter, i);
            double rate = (double) plan.stepsPerSecond() / plan.writers();
            WriterThread writer = new WriterThread(i, workloads, client, findings, plan.seed(), rate);
            writers.add(writer);
        }
        writers.forEach(Thread::start);
    }

    /** What is going on, in one line; call it once a second. */
    public String progress() {
        return RateLine.of(meter, findings.count());
    }

    /** How many commands were acknowledged so far. */
    public long acknowledged() {
        return meter.acknowledged();
    }

    /** How many errors clients saw so far. */
    public long errors() {
        return Meter.sum(meter.errors());
    }

    /** How many things were found wrong so far. */
    public long findings() {
        return findings.count();
    }

    /** Lets every writer end its step, and waits for that. */
    public void stopWriting() {
        writers.forEach(WriterThread::finish);
        try {
            for (WriterThread writer : writers) {
                writer.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    /**
     * Compares everything on the masters and, after a time to catch up, on the replicas. Writing must have been
     * stopped.
     */
    public Verdict verify() {
        long acknowledged = meter.acknowledged();
        try (ClusterClient client = new ClusterClient(plan.settings(), topology, Observer.NONE, 0)) {
            workloads.forEach(workload -> guarded(workload, findings, () -> workload.settle(client)));
            verify(new MasterView(client, findings, plan.settleTimeout()), findings);
        }
        int replicas = plan.replicas() ? verifyReplicas() : 0;
        Verdict verdict = new Verdict(
                plan.seed(),
                findings.kept(),
                findings.count(),
                acknowledged,
                meter.unknown(),
                meter.errors(),
                plan.allowErrors(),
                meter.redirections(),
                meter.total(),
                replicas);
        if (verdict.passed() && !plan.keep()) {
            new CleanUp(plan.settings(), topology, keys).run();
        }
        return verdict;
    }

    private int verifyReplicas() {
        topology.refresh();
        int replicas = topology.replicas();
        for (int i = 0; i < replicas; i++) {
            findings.addAll(verifyReplica(i), "replica " + (i + 1));
        }
        return replicas;
    }

    /** What is still wrong when the time to catch up has passed. */
    private Findings verifyReplica(int index) {
        Deadline deadline = new Deadline(plan.settleTimeout());
        Findings found = new Findings();
        try (DirectClient client = new DirectClient(plan.settings(), topology, true)) {
            verify(new ReplicaView(client, index, found), found);
            while (found.count() > 0 && !deadline.hasPassed()) {
                Deadline.pause();
                topology.refresh();
                found = new Findings();
                verify(new ReplicaView(client, index, found), found);
            }
        } catch (IOException e) {
            found.add("reading", "?", "connections to replicas cannot be closed: " + e.getMessage());
        }
        return found;
    }

    private void verify(View view, Findings into) {
        workloads.forEach(workload -> guarded(workload, into, () -> workload.verify(view, into)));
    }

    private static void guarded(Workload workload, Findings into, Runnable action) {
        try {
            action.run();
        } catch (UnexpectedReplyException e) {
            into.add(workload.name(), "?", String.valueOf(e.getMessage()));
        }
    }

    /** Ends the writers, whatever else was done. */
    @Override
    public void close() {
        stopWriting();
    }
}
