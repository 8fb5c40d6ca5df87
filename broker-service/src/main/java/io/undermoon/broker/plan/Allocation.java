package io.undermoon.broker.plan;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.Comparator.comparingLong;
import static java.util.Comparator.reverseOrder;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.undermoon.broker.state.Location;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * The choice of the proxies of new chunks.
 *
 * <p>The halves of a chunk are always on different hosts, and in different zones, else on different machines, where
 * these are known and there are such proxies. The first half comes from the zone, therein the machine, and therein the
 * host with the most free proxies; of the hosts that are farthest from it the second half comes from the one that
 * shares the fewest chunks with it. So a host with half of the free proxies or more, whose zone and machine have that
 * as well, has a half of every chunk until it has no more than half, and there is always a second half; and as many
 * chunks as possible are in two zones.
 *
 * <p>In ordered mode the proxies with the next indices are paired in order, whatever their hosts.
 */
final class Allocation {
    /** The two proxies of a new chunk. */
    record Pair(ProxyResource first, ProxyResource second) {}

    private static final int SHOWN_UNUSABLE = 4;

    private final SortedMap<String, Deque<ProxyResource>> freeByHost;
    private final LinkTable links;

    private Allocation(SortedMap<String, Deque<ProxyResource>> freeByHost, LinkTable links) {
        this.freeByHost = freeByHost;
        this.links = links;
    }

    /**
     * @param chunks the number of pairs
     * @param present the number of proxies that the cluster has already
     */
    static List<Pair> pairs(Metadata state, PlanContext context, int chunks, int present) {
        return pairs(state, context, chunks, present, proxy -> true);
    }

    /**
     * As {@link #pairs(Metadata, PlanContext, int, int)}.
     *
     * @param mayJoin the free proxies that can be used; of no effect in ordered mode
     */
    static List<Pair> pairs(
            Metadata state, PlanContext context, int chunks, int present, Predicate<ProxyResource> mayJoin) {
        if (state.enableOrderedProxy()) {
            return orderedPairs(state, context, chunks, present);
        }
        List<ProxyResource> free =
                ProxyPool.emptied(state, context).stream().filter(mayJoin).toList();
        Allocation allocation = new Allocation(ProxyPool.byHost(free), LinkTable.of(state));
        allocation.requireEnough(2 * chunks, unusable(state) + spares(state));
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            pairs.add(allocation.nextPair());
        }
        return pairs;
    }

    /** Of the proxies in no cluster those whose nodes cannot be used, with the reasons; empty if there are none. */
    private static String unusable(Metadata state) {
        return state.allProxies().values().stream()
                .filter(proxy -> proxy.cluster() == null && !proxy.isUsable())
                .limit(SHOWN_UNUSABLE)
                .map(proxy -> "; proxy " + proxy.proxyAddress() + " cannot be used: "
                        + requireNonNull(proxy.marking()).unusable())
                .collect(joining());
    }

    /** The number of hot spares, which are not free; empty if there are none. */
    private static String spares(Metadata state) {
        int spares = state.allChunks().mapToInt(chunk -> chunk.spares().size()).sum();
        return spares == 0
                ? ""
                : "; " + spares + " are hot spares, some of which become free when the copies of their cluster are set"
                        + " to fewer";
    }

    private static List<Pair> orderedPairs(Metadata state, PlanContext context, int chunks, int present) {
        int wanted = 2 * chunks;
        List<ProxyResource> free = ProxyPool.emptied(state, context).stream()
                .sorted(comparingLong(ProxyResource::index))
                .limit(wanted)
                .toList();
        if (free.size() < wanted) {
            throw new UndermoonException(
                    ErrorCode.NO_AVAILABLE_RESOURCE,
                    wanted + " free proxies are needed, there are " + free.size() + unusable(state));
        }
        for (int i = 0; i < wanted; i++) {
            if (free.get(i).index() != present + i) {
                throw new UndermoonException(
                        ErrorCode.PROXY_RESOURCE_OUT_OF_ORDER,
                        "the next free proxy should have index " + (present + i) + " but "
                                + free.get(i).proxyAddress() + " has "
                                + free.get(i).index());
            }
        }
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < wanted; i += 2) {
            pairs.add(new Pair(free.get(i), free.get(i + 1)));
        }
        return pairs;
    }

    /** Refuses if there are too few proxies; of those that are used no host has more than half. */
    private void requireEnough(int wanted, String unusable) {
        int free = freeByHost.values().stream().mapToInt(Deque::size).sum();
        int most = freeByHost.values().stream().mapToInt(Deque::size).max().orElse(0);
        int usable = Math.min(free, 2 * (free - most));
        if (usable < wanted) {
            throw new UndermoonException(
                    ErrorCode.NO_AVAILABLE_RESOURCE,
                    wanted + " proxies are wanted, of which no host may have more than half; " + free + " are free, "
                            + usable + " of them usable" + unusable);
        }
    }

    private Pair nextPair() {
        String first = richestHost();
        Location place = placeOf(first);
        String second = freeByHost.keySet().stream()
                .filter(host -> !host.equals(first))
                .min(comparing((String host) -> place.distance(placeOf(host)))
                        .thenComparing(comparingInt((String host) -> links.count(first, host)))
                        .thenComparing(
                                comparingInt((String host) -> freeOn(host).size())
                                        .reversed())
                        .thenComparing(comparing(host -> host)))
                .orElseThrow();
        links.add(first, second);
        return new Pair(take(first), take(second));
    }

    private String richestHost() {
        Map<List<String>, Integer> free = new HashMap<>();
        freeByHost.forEach((host, proxies) -> {
            domains(host).forEach(domain -> free.merge(domain, proxies.size(), Integer::sum));
        });
        return freeByHost.keySet().stream()
                .max(comparingInt(
                                (String host) -> free.getOrDefault(domains(host).get(0), 0))
                        .thenComparing(comparingInt(
                                (String host) -> free.getOrDefault(domains(host).get(1), 0)))
                        .thenComparing(
                                comparingInt((String host) -> freeOn(host).size()))
                        .thenComparing(reverseOrder()))
                .orElseThrow();
    }

    /** The zone and the machine of a host; a machine is named with its zone, so that it is in one. */
    private List<List<String>> domains(String host) {
        List<String> names = placeOf(host).names();
        return List.of(names.subList(0, 1), names);
    }

    /** That of its first proxy: all proxies of a host are at one place. */
    private Location placeOf(String host) {
        return freeOn(host).getFirst().place();
    }

    private Deque<ProxyResource> freeOn(String host) {
        Deque<ProxyResource> proxies = freeByHost.get(host);
        if (proxies == null) {
            throw new IllegalStateException("host " + host + " has no free proxy");
        }
        return proxies;
    }

    private ProxyResource take(String host) {
        Deque<ProxyResource> proxies = freeOn(host);
        ProxyResource taken = proxies.removeFirst();
        if (proxies.isEmpty()) {
            freeByHost.remove(host);
        }
        return taken;
    }
}
