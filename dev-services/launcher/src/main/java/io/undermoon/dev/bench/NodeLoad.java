package io.undermoon.dev.bench;

import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.os.CpuTime;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.time.Duration;

/**
 * What the redis-server behind a target has done so far.
 *
 * @param cpu its CPU time
 * @param reads its system calls that read commands, {@code total_reads_processed} of {@code INFO stats}
 */
record NodeLoad(Duration cpu, long reads) {
    private static final String READS = "total_reads_processed:";

    /** A redis-server of this machine. */
    record Node(int port, long pid) {
        /**
         * @throws LaunchException if it does not answer
         */
        NodeLoad load() {
            try (ControlConnection connection = ControlConnection.open(port)) {
                String info = String.valueOf(connection.call("INFO", "stats"));
                long reads = info.lines()
                        .filter(line -> line.startsWith(READS))
                        .mapToLong(line ->
                                Long.parseLong(line.substring(READS.length()).strip()))
                        .findFirst()
                        .orElse(0);
                return new NodeLoad(CpuTime.of(pid), reads);
            } catch (IOException e) {
                throw new LaunchException("the redis-server does not say what it has done: " + e.getMessage(), e);
            }
        }
    }

    /** The figures of the time between two looks in which so many commands were executed. */
    NodeFigures since(NodeLoad before, long commands) {
        return new NodeFigures(
                cpu.minus(before.cpu).toNanos() / 1e3 / commands, commands / Math.max(1.0, reads - before.reads));
    }
}
