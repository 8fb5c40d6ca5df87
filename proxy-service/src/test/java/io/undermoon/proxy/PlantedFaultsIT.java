package io.undermoon.proxy;

import io.undermoon.testsupport.faults.FaultRun;
import io.undermoon.testsupport.faults.PlantedFault;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The guards that the proxy's promises stand on, each with the test that fails without it. */
class PlantedFaultsIT {
    private static final String ROOT = "io.undermoon.proxy";

    private static final String FAULTS = """
            topology.TopologyStore#isOld returns false -> topology.TopologyStoreTest#rejects_an_older_or_equal_epoch_unless_forced
            topology.TopologyStore#isMine returns true -> topology.TopologyStoreTest#rejects_what_is_meant_for_another_proxy
            topology.TopologyStore#areMine returns true -> topology.TopologyStoreTest#a_message_with_a_part_for_another_proxy_changes_nothing
            """;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void a_test_notices(PlantedFault fault) {
        FaultRun.assertNoticed(fault);
    }

    static Stream<PlantedFault> a_test_notices() {
        return FAULTS.lines().map(line -> PlantedFault.parse(ROOT, line));
    }
}
