package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.check.Verdict;
import io.undermoon.dev.lifecycle.RelayedStack;
import io.undermoon.dev.testing.CheckRun;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import io.undermoon.system.testing.FaultyStack;
import io.undermoon.system.testing.FaultyStack.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random faults, one after the other, under the load of the consistency checker, in a cluster whose writes wait for
 * their replica: nothing that was acknowledged may be missing in the end. {@code -Dundermoon.random_faults=100} has
 * more of them, {@code -Dundermoon.random_faults.seed=…} others, {@code -Dundermoon.random_faults.kinds=CUT_HOST,…}
 * those of some kinds alone.
 */
class RandomFaultsIT {
    private static final int FAULTS = Integer.getInteger("undermoon.random_faults", 4);

    /** The first four faults of this one are an older file, a network cut, a full disk and a host that stands still. */
    private static final long SEED = Long.getLong("undermoon.random_faults.seed", 7068936L);

    private static final int COORDINATORS = Integer.getInteger("undermoon.random_faults.coordinators", 1);
    private static final List<Fault> KINDS = kinds(System.getProperty("undermoon.random_faults.kinds", ""));
    private static final long SEEDS_PER_RUN = 1000;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int NODES = 4;
    private static final int PROXIES = 4;
    private static final int STEPS_PER_SECOND = 1000;
    private static final int MUCH = 500;

    /** Pauses are shorter and longer than it takes to find a proxy or node dead. */
    private static final int MAX_PAUSE_MILLIS = 8000;

    /** Less than the metadata takes, so that writing it ends in the middle. */
    private static final int MAX_FILE_BYTES = 2000;

    private static final int HOUR_SECONDS = 3600;

    /** What happens. */
    private enum Fault {
        KILL_PROXY,
        KILL_NODE,
        KILL_HOST,
        KILL_BROKER,
        KILL_COORDINATOR,
        PAUSE_PROXY,
        PAUSE_NODE,
        PAUSE_HOST,
        PAUSE_BROKER,
        PAUSE_COORDINATOR,
        OLDER_FILE,
        CUT_HOST,
        CUT_CONTROL_PLANE,
        CUT_PARTNER,
        CUT_CLIENTS,
        FULL_DISK,
        SET_CLOCK
    }

    /** What is drawn for one fault does not depend on the others, nor on what this machine can do. */
    private SplittableRandom random = new SplittableRandom(SEED);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private FaultyStack faulty;
    private RelayedStack stack;

    private static List<Fault> kinds(String names) {
        return names.isEmpty()
                ? List.of(Fault.values())
                : List.of(names.split(",")).stream().map(Fault::valueOf).toList();
    }

    @AfterEach
    void stop() {
        faulty.close();
    }

    @Test
    void nothing_that_was_acknowledged_is_lost() throws IOException, InterruptedException {
        faulty = new FaultyStack(directory, new ClusterName("faulty"), NODES, PROXIES, COORDINATORS);
        stack = faulty.stack();
        faulty.operator().configure("min_replica_acks", "1");
        try (CheckRun run = CheckRun.start(STEPS_PER_SECOND, true, TIMEOUT, faulty.proxyPorts())) {
            run.awaitCommands(MUCH);
            for (int i = 1; i <= FAULTS; i++) {
                random = new SplittableRandom(SEED * SEEDS_PER_RUN + i);
                faulty.awaitWhole();
                List<Node> nodes = faulty.operator().cluster().nodes();
                Node node = nodes.get(random.nextInt(nodes.size()));
                Fault fault = KINDS.get(random.nextInt(KINDS.size()));
                System.out.printf(
                        "fault %d of %d, seed %d: %s %s %s behind %s%n",
                        i,
                        FAULTS,
                        SEED,
                        fault,
                        node.isMaster() ? "master" : "replica",
                        stack.redisOf(node),
                        stack.proxyOf(node));
                strike(fault, node);
                stack.recover();
                run.awaitCommands(MUCH);
            }
            faulty.awaitWhole();
            Verdict verdict = run.stopWriting().verify();
            System.out.println(verdict);
            assertThat(verdict.passed()).as("seed %d: %s", SEED, verdict).isTrue();
        }
    }

    private void strike(Fault fault, Node node) throws IOException, InterruptedException {
        String proxy = stack.proxyOf(node);
        String redis = stack.redisOf(node);
        Set<String> host = stack.hostOf(proxy);
        String coordinator = stack.coordinators().get(random.nextInt(COORDINATORS));
        switch (fault) {
            case KILL_PROXY -> kill(proxy);
            case KILL_NODE -> kill(redis);
            case KILL_HOST -> kill(host.toArray(String[]::new));
            case KILL_BROKER -> kill(RelayedStack.BROKER);
            case KILL_COORDINATOR -> kill(coordinator);
            case PAUSE_PROXY -> pause(proxy);
            case PAUSE_NODE -> pause(redis);
            case PAUSE_HOST -> pause(host.toArray(String[]::new));
            case PAUSE_BROKER -> pause(RelayedStack.BROKER);
            case PAUSE_COORDINATOR -> pause(coordinator);
            case OLDER_FILE -> restartFromOlderFile(node);
            case CUT_HOST -> cut(host, other -> true);
            case CUT_CONTROL_PLANE ->
                cut(host, other -> other.equals(RelayedStack.BROKER) || other.equals(coordinator));
            case CUT_PARTNER -> cut(host, other -> other.startsWith("proxy-") || other.startsWith("redis-"));
            case CUT_CLIENTS -> cut(host, RelayedStack.CLIENTS::equals);
            case FULL_DISK -> fillDisk(proxy);
            case SET_CLOCK -> setClock(random.nextBoolean() ? proxy : coordinator);
        }
    }

    /** Kills them at once; they are started again after a while. */
    private void kill(String... services) throws InterruptedException {
        List.of(services).forEach(stack::kill);
        last();
    }

    private void pause(String... services) throws InterruptedException {
        List.of(services).forEach(stack::pause);
        last();
    }

    private void cut(Set<String> host, Predicate<String> others) throws InterruptedException {
        Way way = Way.values()[random.nextInt(Way.values().length)];
        System.out.println("  cut: " + way);
        faulty.cut(host, others, way);
        last();
    }

    private void restartFromOlderFile(Node node) throws IOException, InterruptedException {
        if (!faulty.canTakeEndOfFile(node)) {
            System.out.println("  not done: the file of this server may begin with a snapshot that has to be whole");
            return;
        }
        faulty.restartFromOlderFile(node, random.nextDouble());
        last();
    }

    /** Of the broker, which has something to write as a proxy is killed. */
    private void fillDisk(String proxy) throws IOException, InterruptedException {
        if (!faulty.canFillDisk()) {
            System.out.println("  not done: there is no prlimit on this machine");
            return;
        }
        faulty.fillDisk(RelayedStack.BROKER, random.nextInt(MAX_FILE_BYTES));
        kill(proxy);
        faulty.emptyDisk(RelayedStack.BROKER);
    }

    private void setClock(String service) throws IOException, InterruptedException {
        if (!faulty.canSetClock()) {
            System.out.println("  not done: there is no libfaketime on this machine");
            return;
        }
        int seconds = random.nextInt(2 * HOUR_SECONDS) - HOUR_SECONDS;
        System.out.println("  the clock of " + service + ": " + seconds + " s");
        faulty.setClock(service, seconds);
        last();
        faulty.setClock(service, 0);
    }

    /** How long the fault lasts is a part of it: nothing is waited for. */
    private void last() throws InterruptedException {
        int millis = random.nextInt(MAX_PAUSE_MILLIS);
        System.out.println("  for " + millis + " ms");
        TimeUnit.MILLISECONDS.sleep(millis);
    }
}
