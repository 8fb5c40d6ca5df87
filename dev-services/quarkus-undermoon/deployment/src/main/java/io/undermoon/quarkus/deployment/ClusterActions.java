package io.undermoon.quarkus.deployment;

import io.undermoon.testing.UndermoonCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a developer can do with the cluster of dev mode. There is one at a time, which outlives the build steps that
 * know of it: each live reload runs them anew. Thread-safe.
 */
final class ClusterActions {
    private static final int LOG_LINES = 200;

    /** In the place of the process id of a service that has ended. */
    private static final Long NONE = 0L;

    private static @Nullable UndermoonCluster running;

    private ClusterActions() {}

    static synchronized void begin(UndermoonCluster cluster) {
        running = cluster;
    }

    /** Has no effect if another cluster has begun since. */
    static synchronized void end(UndermoonCluster cluster) {
        if (running == cluster) {
            running = null;
        }
    }

    /** The services and their process ids, and the cluster as the broker's HTTP API shows it. */
    static Map<String, Object> topology() {
        UndermoonCluster cluster = running();
        Map<String, Object> topology = new TreeMap<>();
        topology.put("broker", cluster.broker());
        Map<String, Long> processes = new TreeMap<>(cluster.processes());
        processes.replaceAll((service, pid) -> cluster.isRunning(service) ? pid : NONE);
        topology.put("processes", processes);
        topology.put("cluster", cluster.metadata());
        return topology;
    }

    static boolean kill(String service) {
        running().kill(service);
        return true;
    }

    /** Starts what has ended. */
    static boolean restart() {
        running().restart();
        return true;
    }

    /** Begins to move slots to so many nodes, or away from the others. */
    static boolean scale(String nodes) {
        running().scale(Integer.parseInt(nodes));
        return true;
    }

    /** The end of the log of a service. */
    static String log(String service) {
        UndermoonCluster cluster = running();
        if (!cluster.processes().containsKey(service)) {
            throw new IllegalArgumentException("there is no service " + service);
        }
        try {
            List<String> lines = Files.readAllLines(cluster.log(service));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the log of " + service + ": " + e.getMessage(), e);
        }
    }

    private static synchronized UndermoonCluster running() {
        if (running == null) {
            throw new IllegalStateException("no Undermoon cluster runs for this application");
        }
        return running;
    }
}
