package io.undermoon.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.simulation.loader.Schedules;
import io.undermoon.testsupport.faults.PlantedFault;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults in the product that the simulation finds, each with the number of schedules that it takes. Few are looked for
 * in the ordinary build; all with {@code -Dundermoon.faults=all}, in some minutes.
 */
class PlantedFaultsTest {
    /**
     * The number of schedules after which an invariant is violated, or {@code -} where a condition is never reached
     * then. Those with a plus are found in schedules with hot spares, those with an n in schedules of new clusters. The
     * ordinary build looks for the faults with a star.
     */
    private static final String FAULTS = """
            // Only a replica in sync becomes master.
            * 30 broker.plan.Replicas#allow returns true
            30 broker.plan.Failover#failOver omits Replicas.allow as true
            152n broker.plan.Replicas#willBeReported returns false
            30 broker.state.StoredChunk#withHalf omits StoredChunk.tracksReplicas
            32 broker.plan.Balancing#canMove returns true
            1050 broker.plan.Switchover#refusal omits Replicas.allow as true
            * 1 coordinator.detect.ReplicaWatch#isNews returns false
            1 coordinator.detect.ReplicaWatch#answered does nothing

            // Epochs order what is stored and what proxies have.
            * 1 broker.state.MetadataEdit#bumpEpoch omits Epoch.next
            * 1 broker.plan.Roles#change omits StoredCluster.withEpoch
            40 proxy.topology.TopologyStore#isOld returns false
            329 simulation.service.SharedStorage$1#compareAndSet omits String.equals as true

            // Every slot has one owner.
            * 3 broker.plan.Failover#replaced omits MetadataEdit.assign
            4+ broker.plan.Failover#withoutSpare omits StoredChunk.withoutSpare
            * 4+ broker.plan.Failover#withoutSpare omits MetadataEdit.release

            // Roles change without the loss of a write, and of the service.
            164 proxy.replication.ReplicationPosition#isReachedBy returns true
            281 proxy.topology.TopologyStore#stepDown returns true
            33 proxy.replication.ReplicationDriver#isFree returns false

            // A proxy serves while it holds a lease, and its successor waits for so long.
            * 15 proxy.replication.RoleHandover#waitNanos returns 0
            152 simulation.service.ProxyServer$Life#mayAnswer returns true
            * 28 proxy.lease.Term#isHeldAt returns true
            175+ proxy.lease.Term#covers returns true
            175+ proxy.lease.Lease#hasLeft does nothing
            * 18 proxy.lease.renewal.LeaseRenewal#promises returns true
            96 coordinator.detect.LeaseGrants#round omits Epoch.equals as true

            // All is well some time after the last fault.
            1 broker.plan.Proxies#cleared omits MetadataEdit.clearMarks
            6 broker.store.MetadataWriter#endOutage does nothing
            * 3 proxy.topology.TopologyStore#hasRisen does nothing
            1 proxy.topology.TopologyStore#areMine returns false
            1 proxy.replication.RoleHandover#awaitMaster omits InfoReport.role
            1 proxy.replication.WantedRole#isMetBy returns true
            1 proxy.replication.RoleKeeping#reported omits WantedRole.isMetBy as true
            1 proxy.replication.NodeRoleKeeper#order does nothing
            1 proxy.replication.ReplicationDriver#end does nothing
            1 coordinator.sync.MetadataSync#pushInOrder does nothing
            3 coordinator.port.Backoff#ready returns false
            11 coordinator.migrate.MigrationCommit#end does nothing
            * 1+ broker.store.HotSpares#round does nothing

            // What has to happen sometimes does not.
            - broker.plan.FailureReports#live omits PlanContext.failureTtlSeconds
            - coordinator.detect.FailureDetector#report does nothing
            - coordinator.failover.Failover#failOver does nothing
            """;

    private static final boolean ALL = "all".equals(System.getProperty("undermoon.faults"));

    /** Other versions of the code need other schedules, so each fault may take more of them. */
    private static final int MARGIN = 4;

    private static final int AT_LEAST = 20;

    /** The number of schedules in which every condition is reached. */
    private static final int ENOUGH = 300;

    /**
     * A fault.
     *
     * @param schedules how many it takes; 0 where a condition is missing
     * @param first the first of them
     */
    record Planted(PlantedFault fault, int schedules, long first) {
        static Planted parse(String line) {
            String[] parts = line.replace("*", "").strip().split(" ", 2);
            return new Planted(
                    PlantedFault.parse("io.undermoon", parts[1] + " -> simulation.SimulationTest"),
                    parts[0].equals("-") ? 0 : Integer.parseInt(parts[0].replaceAll("[+n]", "")),
                    parts[0].endsWith("+")
                            ? Simulation.FIRST_WITH_SPARES
                            : parts[0].endsWith("n") ? Simulation.FIRST_OF_NEW_CLUSTERS : 0);
        }

        @Override
        public String toString() {
            return fault.toString();
        }
    }

    static Stream<Planted> faults() {
        return Arrays.stream(FAULTS.split("\n"))
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("//"))
                .filter(line -> ALL || line.startsWith("*"))
                .map(Planted::parse);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void is_found(Planted planted) {
        Schedules schedules = Schedules.of(planted.fault());
        int limit = planted.schedules() == 0 ? ENOUGH : Math.max(AT_LEAST, planted.schedules() * MARGIN);
        Set<String> missing = new HashSet<>(schedules.conditions());
        boolean isFound = false;
        for (long seed = planted.first(); seed < planted.first() + limit && !isFound; seed++) {
            Schedules.Result result = schedules.run(seed);
            isFound = result.violation() != null;
            result.seen().forEach(missing::remove);
        }
        assertThat(isFound || planted.schedules() == 0 && !missing.isEmpty())
                .as("found within %s schedules", limit)
                .isTrue();
    }
}
