package io.undermoon.operator.broker;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a broker says at one moment, as far as it matters to the operator. Proxies are named by their addresses.
 *
 * @param proxies all that are registered
 * @param failed those that were given up and have not come back
 * @param failing those that wait for a failover
 * @param cluster the cluster, if the broker has it
 * @param maintenance the proxies under maintenance
 * @param draining the hosts that are being drained, with what is missing where nothing moves, else an empty text
 * @param drained those of them that no cluster uses any more
 * @param locations where proxies run, as the broker has been told; absent for a broker that cannot be told
 */
public record BrokerView(
        Set<String> proxies,
        Set<String> failed,
        Set<String> failing,
        Optional<Cluster> cluster,
        List<Maintenance> maintenance,
        Map<String, String> draining,
        Set<String> drained,
        Optional<Map<String, Location>> locations) {
    public BrokerView {
        proxies = Set.copyOf(proxies);
        failed = Set.copyOf(failed);
        failing = Set.copyOf(failing);
        maintenance = List.copyOf(maintenance);
        draining = Map.copyOf(draining);
        drained = Set.copyOf(drained);
        locations = locations.map(Map::copyOf);
    }

    /** Where a proxy runs, as far as the broker knows. */
    public Location locationOf(String proxy) {
        return locations.map(all -> all.getOrDefault(proxy, Location.UNKNOWN)).orElse(Location.UNKNOWN);
    }

    /**
     * Where a proxy runs; texts are empty where that is not known.
     *
     * @param machine the node of Kubernetes
     */
    public record Location(String zone, String machine) {
        public static final Location UNKNOWN = new Location("", "");

        /** How much two proxies have in common: 0 in two zones, 1 on two machines, else 2. */
        public int nearness(Location other) {
            if (differ(zone, other.zone)) {
                return 0;
            }
            return differ(machine, other.machine) ? 1 : 2;
        }

        private static boolean differ(String name, String other) {
            return !name.isEmpty() && !other.isEmpty() && !name.equals(other);
        }
    }

    /**
     * A chunk.
     *
     * @param proxies the two halves
     * @param masters the addresses of its two masters, which may both be behind one half
     * @param hasSlots whether it has slots, those that move away from it or to it included
     * @param hasStableSlots whether it has slots that do not move away from it
     */
    public record Chunk(List<String> proxies, List<String> masters, boolean hasSlots, boolean hasStableSlots) {
        public Chunk {
            proxies = List.copyOf(proxies);
            masters = List.copyOf(masters);
        }
    }

    /**
     * The cluster.
     *
     * @param spares the hot spares
     * @param notInSync the replicas that may not become master, or of which that is not known
     */
    public record Cluster(
            List<Chunk> chunks, Set<String> spares, boolean isMigrating, Moves moves, Set<String> notInSync) {
        public Cluster {
            chunks = List.copyOf(chunks);
            spares = Set.copyOf(spares);
            notInSync = Set.copyOf(notInSync);
        }

        public boolean uses(String proxy) {
            return spares.contains(proxy)
                    || chunks.stream().anyMatch(chunk -> chunk.proxies().contains(proxy));
        }

        public int chunksWithSlots() {
            return (int) chunks.stream().filter(Chunk::hasStableSlots).count();
        }
    }

    /**
     * The migrations under way.
     *
     * @param slots that are still to move
     * @param keysCopied of those whose progress is known
     * @param keysTotal likewise
     * @param millisLeft the longest estimate; absent while there is none
     * @param error what one of them waits for, else an empty text
     */
    public record Moves(int slots, long keysCopied, long keysTotal, Optional<Long> millisLeft, String error) {}

    /** A proxy under maintenance, with the words of the API. */
    public record Maintenance(String proxy, String state, long secondsLeft, String message) {}
}
