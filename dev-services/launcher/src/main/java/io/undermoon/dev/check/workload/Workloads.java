package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.Workload;
import java.util.ArrayList;
import java.util.List;

/** All workloads there are. */
public final class Workloads {
    private static final int MEGABYTE = 1 << 20;
    private static final int HUGE_MEGABYTES = 64;

    private Workloads() {}

    /**
     * @param writers how many there will be
     * @param large whether values of 64 MB are among them
     */
    public static List<Workload> all(Keyspace keys, Findings findings, int writers, boolean large) {
        List<Workload> workloads = new ArrayList<>(List.of(
                new Counters(keys, findings),
                new UniqueSets(keys, findings),
                new Lists(keys, findings),
                new Streams(keys, findings, writers),
                new Expiries(keys, findings),
                new Deletions(keys, findings),
                new Registers(keys, findings, writers),
                new Transactions(keys, findings),
                new Scripts(keys, findings),
                new LargeValues("large", MEGABYTE, 10, writers, keys, findings)));
        if (large) {
            workloads.add(new LargeValues("huge", HUGE_MEGABYTES * MEGABYTE, 1, 1, keys, findings));
        }
        return workloads;
    }
}
