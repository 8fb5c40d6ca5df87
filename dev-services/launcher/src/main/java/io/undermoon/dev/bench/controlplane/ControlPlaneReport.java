package io.undermoon.dev.bench.controlplane;

import io.undermoon.dev.bench.Machine;
import java.util.List;
import java.util.Map;

/**
 * The figures of one run.
 *
 * @param inCluster how many of the proxies are in the cluster; the others are free
 * @param idleSeconds how long nothing was changed
 * @param idleCpuPercent of one core, of each process, in that time
 * @param idleBytesPerSecond to all proxies, in that time
 * @param changes the first is the creation of the cluster
 */
public record ControlPlaneReport(
        Machine machine,
        int proxies,
        int inCluster,
        int coordinators,
        int idleSeconds,
        Map<String, Double> idleCpuPercent,
        long idleBytesPerSecond,
        List<Change> changes) {

    /**
     * A change of the metadata, until every proxy of the cluster has it.
     *
     * @param firstMillis until the proxies whose roles it changes have it
     * @param allMillis until all have it
     * @param bytesToProxies all that was sent to all proxies in this time, less what is sent when idle
     * @param bytesFromBroker what coordinators have read in this time, from brokers and from proxies; -1 where the
     *     system does not tell
     * @param cpuMillis of each process, in this time
     */
    public record Change(
            String name,
            long firstMillis,
            long allMillis,
            long bytesToProxies,
            long bytesFromBroker,
            Map<String, Long> cpuMillis) {}
}
