package io.undermoon.operator.plan;

import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.broker.BrokerView.Chunk;
import io.undermoon.operator.broker.BrokerView.Cluster;
import io.undermoon.operator.broker.BrokerView.Location;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.plan.Observed.ProxyPod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where proxies run, and whether the halves of a chunk would fail together. */
final class Placement {
    private final Observed observed;
    private final BrokerView broker;

    Placement(Observed observed, BrokerView broker) {
        this.observed = observed;
        this.broker = broker;
    }

    /** The proxies of which the broker does not know where they run now; none if it cannot be told. */
    Map<String, Location> untold() {
        Map<String, Location> untold = new TreeMap<>();
        if (broker.locations().isPresent()) {
            for (ProxyPod pod : observed.pods()) {
                String proxy = observed.names().proxyAddress(pod.name());
                if (broker.proxies().contains(proxy)
                        && !pod.location().equals(Location.UNKNOWN)
                        && !pod.location().equals(broker.locationOf(proxy))) {
                    untold.put(proxy, pod.location());
                }
            }
        }
        return untold;
    }

    /** The first chunk whose halves are nearer to each other than some pods are; empty if there is none. */
    Optional<Chunk> near(Cluster cluster) {
        List<Location> all = observed.pods().stream().map(ProxyPod::location).toList();
        int least = least(all);
        return cluster.chunks().stream()
                .filter(chunk -> nearness(chunk) > least)
                .findFirst();
    }

    /** What is wrong with such a chunk. */
    String described(Chunk chunk) {
        Location place = broker.locationOf(chunk.proxies().get(0));
        boolean isOneNode = place.nearness(broker.locationOf(chunk.proxies().get(1))) > 1;
        return "the halves of the chunk of " + Names.podOf(chunk.proxies().get(0)) + " and "
                + Names.podOf(chunk.proxies().get(1)) + " are both "
                + (isOneNode ? "on node " + place.machine() : "in zone " + place.zone());
    }

    /** Whether two free proxies are farther apart than the halves of a chunk. */
    boolean canSeparate(Cluster cluster, Chunk chunk) {
        List<Location> free = observed.pods().stream()
                .filter(pod -> pod.isRunning() && !pod.mustRestart() && !pod.isDeleted())
                .map(pod -> observed.names().proxyAddress(pod.name()))
                .filter(proxy -> isFree(cluster, proxy))
                .map(broker::locationOf)
                .toList();
        return least(free) < nearness(chunk);
    }

    private boolean isFree(Cluster cluster, String proxy) {
        return broker.proxies().contains(proxy)
                && !cluster.uses(proxy)
                && !broker.failed().contains(proxy)
                && !broker.failing().contains(proxy)
                && !broker.draining().containsKey(Names.podOf(proxy));
    }

    /** 0, too, while it is not known where both halves are. */
    private int nearness(Chunk chunk) {
        Location first = broker.locationOf(chunk.proxies().get(0));
        Location second = broker.locationOf(chunk.proxies().get(1));
        boolean isKnown = !first.equals(Location.UNKNOWN) && !second.equals(Location.UNKNOWN);
        return isKnown ? first.nearness(second) : 0;
    }

    /** The least that two of the places have in common. */
    private static int least(List<Location> places) {
        return places.stream()
                .flatMapToInt(place -> places.stream().mapToInt(place::nearness))
                .min()
                .orElse(Integer.MAX_VALUE);
    }
}
