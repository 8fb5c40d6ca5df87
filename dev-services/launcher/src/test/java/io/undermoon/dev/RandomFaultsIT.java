package io.undermoon.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.check.Verdict;
import io.undermoon.dev.testing.CheckRun;
import io.undermoon.dev.testing.LiveStack;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random faults, one after the other, under the load of the consistency checker, in a cluster whose writes wait for
 * their replica: nothing that was acknowledged may be missing in the end. {@code -Dundermoon.random_faults=100} has
 * more of them, {@code -Dundermoon.random_faults.seed=…} others.
 */
class RandomFaultsIT {
    private static final int FAULTS = Integer.getInteger("undermoon.random_faults", 4);
    private static final long SEED = Long.getLong("undermoon.random_faults.seed", 1298L);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int NODES = 4;
    private static final int PROXIES = 4;
    private static final int STEPS_PER_SECOND = 1000;
    private static final int MUCH = 500;

    /** Pauses are shorter and longer than it takes to find a proxy or node dead. */
    private static final int MAX_PAUSE_MILLIS = 8000;

    /** What happens to processes. */
    private enum Fault {
        KILL_PROXY,
        KILL_NODE,
        KILL_HOST,
        PAUSE_PROXY,
        PAUSE_NODE,
        KILL_BROKER,
        KILL_COORDINATOR
    }

    private final Random random = new Random(SEED);

    @TempDir
    private Path directory;

    private LiveStack stack;

    @AfterEach
    void stop() throws IOException, InterruptedException {
        stack.down();
    }

    @Test
    void nothing_that_was_acknowledged_is_lost() throws IOException, InterruptedException {
        stack = new LiveStack(directory, new ClusterName("faulty"), NODES, PROXIES, Map.of());
        stack.operator().configure("min_replica_acks", "1");
        try (CheckRun run = CheckRun.start(STEPS_PER_SECOND, true, TIMEOUT, stack.proxyPorts())) {
            run.awaitCommands(MUCH);
            for (int i = 1; i <= FAULTS; i++) {
                stack.operator().awaitReplicas();
                List<Node> nodes = stack.operator().cluster().nodes();
                Node node = nodes.get(random.nextInt(nodes.size()));
                Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
                System.out.printf(
                        "fault %d of %d, seed %d: %s %s %s%n",
                        i, FAULTS, SEED, fault, node.isMaster() ? "master" : "replica", node.address());
                strike(fault, node);
                run.awaitCommands(MUCH);
            }
            stack.operator().awaitReplicas();
            Verdict verdict = run.stopWriting().verify();
            System.out.println(verdict);
            assertThat(verdict.passed()).as("seed %d: %s", SEED, verdict).isTrue();
        }
    }

    private void strike(Fault fault, Node node) throws IOException, InterruptedException {
        String proxy = stack.proxyOf(node);
        String redis = LiveStack.redisOf(node);
        switch (fault) {
            case KILL_PROXY -> restart(proxy);
            case KILL_NODE -> restart(redis);
            case KILL_HOST -> restart(proxy, redis);
            case PAUSE_PROXY -> pause(proxy);
            case PAUSE_NODE -> pause(redis);
            case KILL_BROKER -> restart("broker");
            case KILL_COORDINATOR -> restart("coordinator-1");
        }
    }

    /** Kills them at once, and starts them again after a while. */
    private void restart(String... services) throws IOException, InterruptedException {
        for (String service : services) {
            stack.kill(service);
        }
        last();
        stack.up();
    }

    private void pause(String service) throws IOException, InterruptedException {
        stack.pause(service);
        last();
        stack.resume(service);
    }

    /** How long the fault lasts is a part of it: nothing is waited for. */
    private void last() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_PAUSE_MILLIS));
    }
}
