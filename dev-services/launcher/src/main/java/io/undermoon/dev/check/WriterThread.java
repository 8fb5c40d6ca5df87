package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.UnexpectedReplyException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One thread that takes steps of all workloads in an order that its seed decides. */
final class WriterThread extends Thread {
    private final ClusterClient client;
    private final Findings findings;
    private final SplittableRandom random;
    private final long nanosPerStep;
    private final List<Workload> workloads;
    private final List<Workload.Writer> writers = new ArrayList<>();
    private final int totalWeight;
    private volatile boolean stopping;

    /** @param stepsPerSecond at most; 0 for no limit */
    WriterThread(
            int number,
            List<Workload> workloads,
            ClusterClient client,
            Findings findings,
            long seed,
            double stepsPerSecond) {
        super("writer-" + number);
        this.workloads = workloads;
        this.client = client;
        this.findings = findings;
        this.random = new SplittableRandom(seed * 31 + number);
        this.nanosPerStep = stepsPerSecond == 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) / stepsPerSecond);
        workloads.forEach(workload -> writers.add(workload.writer(number, random.split())));
        this.totalWeight = workloads.stream().mapToInt(Workload::weight).sum();
        setDaemon(true);
        setUncaughtExceptionHandler((thread, e) -> findings.add("writing", "?", thread.getName() + " ended by " + e));
    }

    /** Has the thread end after its present step. */
    void finish() {
        stopping = true;
    }

    @Override
    public void run() {
        try (client) {
            long due = System.nanoTime();
            while (!stopping) {
                step(choose());
                due = pace(due);
            }
        }
    }

    private void step(int index) {
        try {
            writers.get(index).step(client);
        } catch (UnexpectedReplyException e) {
            findings.add(workloads.get(index).name(), "?", String.valueOf(e.getMessage()));
        }
    }

    private int choose() {
        int ticket = random.nextInt(totalWeight);
        int index = 0;
        while (ticket >= workloads.get(index).weight()) {
            ticket -= workloads.get(index).weight();
            index++;
        }
        return index;
    }

    /** Steps that come late, because one before took long, are not made up for. */
    private long pace(long due) {
        long now = System.nanoTime();
        long next = Math.max(due + nanosPerStep, now - nanosPerStep);
        while (next > now && !stopping) {
            LockSupport.parkNanos(next - now);
            now = System.nanoTime();
        }
        return next;
    }
}
