package io.undermoon.dev.testing;

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
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** The consistency checker with all workloads, running. */
public final class CheckRun implements AutoCloseable {
    private static final int WRITERS = 4;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final AtomicLong RUNS = new AtomicLong();

    private final ConsistencyCheck check;
    private final Keyspace keys;

    private CheckRun(ConsistencyCheck check, Keyspace keys) {
        this.check = check;
        this.keys = keys;
    }

    /**
     * Starts writing.
     *
     * @param settleTimeout how long replicas may take in the end
     * @param ports of the nodes to begin with
     */
    public static CheckRun start(int stepsPerSecond, boolean allowErrors, Duration settleTimeout, int... ports) {
        Keyspace keys = new Keyspace("test" + RUNS.incrementAndGet(), 4711);
        Findings findings = new Findings();
        ClientSettings settings = new ClientSettings(
                Arrays.stream(ports)
                        .mapToObj(port -> new HostPort("127.0.0.1", port))
                        .toList(),
                null,
                Duration.ofSeconds(20),
                true);
        CheckPlan plan = new CheckPlan(
                settings, WRITERS, keys.seed(), stepsPerSecond, false, allowErrors, true, settleTimeout, true);
        ConsistencyCheck check =
                new ConsistencyCheck(plan, keys, Workloads.all(keys, findings, WRITERS, false), findings);
        CheckRun run = new CheckRun(check, keys);
        check.start();
        return run;
    }

    /** What the names of all its keys begin with. */
    public String prefix() {
        return keys.prefix();
    }

    /** Waits until this many more commands were acknowledged. */
    public CheckRun awaitCommands(long count) {
        long start = check.acknowledged();
        await("writers get on").atMost(TIMEOUT).until(() -> check.acknowledged() > start + count);
        return this;
    }

    public CheckRun stopWriting() {
        check.stopWriting();
        return this;
    }

    /** Clients have seen as many errors so far. */
    public long errors() {
        return check.errors();
    }

    public Verdict verify() {
        return check.verify();
    }

    @Override
    public void close() {
        check.close();
    }
}
