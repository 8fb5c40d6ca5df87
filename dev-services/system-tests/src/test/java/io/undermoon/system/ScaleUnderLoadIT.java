package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.check.Verdict;
import io.undermoon.dev.testing.CheckRun;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.LiveStack;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/**
 * A system of real processes under the load of the consistency checker, while an operator works on it. {@code
 * -Dundermoon.check.duration=PT10M} has the checker write for so long at least, and the steps come again until then.
 */
class ScaleUnderLoadIT {
    private static final Duration LEAST_DURATION =
            Duration.parse(System.getProperty("undermoon.check.duration", "PT15S"));
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final ClusterName CLUSTER = new ClusterName("scaled");
    private static final int PROXIES = 6;
    private static final int MOVED_BY_HAND = 1000;
    private static final int KEYS = 100_000;
    private static final int VALUE_BYTES = 300;
    private static final int STEPS_PER_SECOND = 1500;
    private static final int MUCH = 800;
    private static final int SWITCHOVERS = 6;

    /** Keys that a migration may copy per second where it is not to be over before a process is killed. */
    private static final int SLOW_KEYS = 3000;

    @TempDir
    private Path directory;

    private LiveStack stack;
    private ClusterOperator operator;

    /** @param environment of the services, beyond that of the test */
    private void start(int nodes, Map<String, String> environment) throws IOException, InterruptedException {
        stack = new LiveStack(directory, CLUSTER, nodes, PROXIES, environment);
        operator = stack.operator();
        fill();
    }

    /** So many keys that moving them takes a while; written to the nodes themselves, as that is quick. */
    private void fill() throws IOException {
        String value = "x".repeat(VALUE_BYTES);
        for (Node master : operator.masters()) {
            HostPort address = HostPort.parse(master.address().value());
            try (Jedis jedis = new Jedis(address.host(), address.port());
                    Pipeline pipeline = jedis.pipelined()) {
                IntStream.range(0, KEYS)
                        .mapToObj(number -> "filled:" + number)
                        .filter(key -> master.slots().stream()
                                .anyMatch(slots -> slots.rangeList().contains(Slot.of(key))))
                        .forEach(key -> pipeline.set(key, value));
            }
        }
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        stack.down();
    }

    @Test
    void clients_notice_nothing_while_the_cluster_is_scaled() throws IOException, InterruptedException {
        start(4, Map.of());
        long end = System.nanoTime() + LEAST_DURATION.toNanos();
        try (CheckRun run = start(false)) {
            do {
                scale(run, 8);
                scale(run, 12);
                reshard(run);
                abort(run);
                abort(run);
                operator.scaleTo(8);
                killAndRestart(run, "coordinator-1");
                killAndRestart(run, "broker");
                operator.awaitStable();
                scale(run, 4);
            } while (System.nanoTime() - end < 0);
            assertPasses(run);
        }
    }

    @Test
    void clients_notice_nothing_while_masters_change_places() throws IOException, InterruptedException {
        start(4, Map.of());
        try (CheckRun run = start(false)) {
            run.awaitCommands(MUCH);
            for (int i = 0; i < SWITCHOVERS; i++) {
                operator.awaitReplicas();
                if (i % 3 == 2) {
                    operator.balance();
                } else {
                    operator.switchOver(operator.masters().get(0).proxyAddress());
                }
                run.awaitCommands(MUCH);
            }
            assertPasses(run);
        }
    }

    /**
     * A killed proxy is failed over, and so is a Redis node that has restarted: its replica becomes master. As writes
     * are acknowledged when a replica has them, not one may be missing in the end.
     */
    @Test
    void nothing_is_lost_when_processes_die_in_the_middle_of_a_migration() throws IOException, InterruptedException {
        start(
                8,
                Map.of(
                        "UNDERMOON_NODE_FAILURE_TIMEOUT",
                        "10m",
                        "UNDERMOON_MIGRATION_MAX_KEYS",
                        Integer.toString(SLOW_KEYS)));
        operator.configure("min_replica_acks", "1");
        try (CheckRun run = start(true)) {
            run.awaitCommands(MUCH);
            for (boolean source : new boolean[] {true, false}) {
                for (boolean proxy : new boolean[] {true, false}) {
                    operator.awaitReplicas();
                    Node victim = reshardUntilHalfway(source);
                    killAndRestart(run, proxy ? stack.proxyOf(victim) : LiveStack.redisOf(victim));
                    operator.awaitStable();
                    run.awaitCommands(MUCH);
                }
            }
            assertPasses(run);
            assertThat(run.errors()).as("clients have noticed the deaths").isPositive();
        }
    }

    /** Moves slots until a copy is seen under way; the node at the wanted end of it. */
    private Node reshardUntilHalfway(boolean source) throws IOException, InterruptedException {
        List<Node> masters = operator.masters();
        Node from = masters.get(0);
        Node to = masters.get(masters.size() - 1);
        do {
            operator.awaitStable();
            operator.reshard(from, to, MOVED_BY_HAND);
        } while (!operator.awaitCopying());
        return source ? from : to;
    }

    private CheckRun start(boolean allowErrors) {
        return CheckRun.start(STEPS_PER_SECOND, allowErrors, TIMEOUT, stack.proxyPorts());
    }

    private void assertPasses(CheckRun run) {
        Verdict verdict = run.stopWriting().verify();
        System.out.println(verdict);
        assertThat(verdict.passed()).as(verdict.toString()).isTrue();
        assertThat(verdict.replicas()).isPositive();
    }

    private void scale(CheckRun run, int nodes) throws IOException, InterruptedException {
        run.awaitCommands(MUCH);
        boolean smaller = nodes < operator.cluster().nodes().size();
        operator.scaleTo(nodes);
        operator.awaitStable();
        if (smaller) {
            operator.freeNodes();
        }
        assertThat(operator.cluster().nodes()).hasSize(nodes);
        assertThat(operator.masters()).hasSize(nodes / 2);
        run.awaitCommands(MUCH);
    }

    private void reshard(CheckRun run) throws IOException, InterruptedException {
        List<Node> masters = operator.masters();
        operator.reshard(masters.get(0), masters.get(1), MOVED_BY_HAND);
        operator.awaitStable();
        run.awaitCommands(MUCH);
    }

    /** Aborts a migration before its switch, so that the slots are where they were. */
    private void abort(CheckRun run) throws IOException, InterruptedException {
        List<SlotRanges> before;
        do {
            List<Node> masters = operator.masters();
            before = slots();
            operator.reshard(masters.get(1), masters.get(2), MOVED_BY_HAND);
            operator.abort();
            operator.awaitStable();
        } while (!slots().equals(before));
        run.awaitCommands(MUCH);
    }

    private List<SlotRanges> slots() throws IOException {
        return operator.masters().stream()
                .map(master ->
                        master.slots().stream().map(TaggedSlots::rangeList).reduce(SlotRanges.NONE, SlotRanges::union))
                .toList();
    }

    /** Kills at once, so that what has just begun is not done yet. */
    private void killAndRestart(CheckRun run, String service) throws IOException, InterruptedException {
        stack.kill(service);
        run.awaitCommands(MUCH);
        stack.up();
        run.awaitCommands(MUCH);
    }
}
