package io.undermoon.kubernetes.system;

import static org.awaitility.Awaitility.await;

import io.undermoon.dev.check.CheckPlan;
import io.undermoon.dev.check.ConsistencyCheck;
import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.Verdict;
import io.undermoon.dev.check.workload.Workloads;
import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The consistency checker with all workloads, running. Errors that clients see are counted only. */
public final class CheckRun implements AutoCloseable {
    private static final int WRITERS = 4;
    private static final int STEPS_PER_SECOND = 400;
    private static final int SEED = 4711;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final AtomicLong RUNS = new AtomicLong();

    private final ConsistencyCheck check;

    private CheckRun(ConsistencyCheck check) {
        this.check = check;
    }

    static CheckRun start(List<HostPort> seeds, String password) {
        Keyspace keys = new Keyspace("pods" + RUNS.incrementAndGet(), SEED);
        Findings findings = new Findings();
        ClientSettings settings = new ClientSettings(seeds, password, TIMEOUT, true);
        CheckPlan plan =
                new CheckPlan(settings, WRITERS, keys.seed(), STEPS_PER_SECOND, false, true, true, LIMIT, true);
        ConsistencyCheck check =
                new ConsistencyCheck(plan, keys, Workloads.all(keys, findings, WRITERS, false), findings);
        check.start();
        return new CheckRun(check);
    }

    /** Waits until this many more commands were acknowledged. */
    public void awaitCommands(long count) {
        long start = check.acknowledged();
        await("writers get on").atMost(LIMIT).until(() -> check.acknowledged() > start + count);
    }

    /** Ends writing, and compares. */
    public Verdict verify() {
        check.stopWriting();
        return check.verify();
    }

    @Override
    public void close() {
        check.close();
    }
}
