package io.undermoon.coordinator.sync;

import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.coordinator.port.MetadataSource.ClusterUpdate;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the proxies of clusters have to get in one round: each what has changed since the metadata that it has. The
 * broker is asked once for each cluster and former epoch.
 */
final class ClusterUpdates {
    /** From how many free proxies on they wait for all others. */
    private static final int MANY_FREE = 32;

    private static final int AFTER_RECEIVERS = 1;

    private final MetadataSource source;
    private final Map<ProxyAddress, ClusterName> memberships;
    private final Map<Request, Optional<ClusterUpdate>> answers = new ConcurrentHashMap<>();
    private final Map<ProxyAddress, ClusterUpdate> updates = new HashMap<>();
    private final List<ProxyAddress> free = new ArrayList<>();

    private record Request(ClusterName cluster, Epoch base) {}

    /**
     * @param behind the proxies with the epochs that they have reported, empty if they did not tell
     * @throws io.undermoon.coordinator.port.BrokerException if the broker does not answer
     */
    ClusterUpdates(MetadataSource source, Map<ProxyAddress, Optional<Epoch>> behind) {
        this.source = source;
        Optional<Map<ProxyAddress, ClusterName>> known = source.memberships();
        this.memberships = known.orElse(Map.of());
        behind.forEach((proxy, epoch) -> {
            ClusterName cluster = memberships.get(proxy);
            if (cluster != null) {
                ask(cluster, epoch.orElse(Epoch.ZERO)).ifPresent(update -> updates.put(proxy, update));
            } else if (known.isPresent()) {
                free.add(proxy);
            }
        });
    }

    /**
     * The proxies that are served, in groups of which one has to be done before the next. A free proxy may have been in
     * a cluster until now, and comes with those that have lost their slots, unless there are very many.
     */
    List<List<ProxyAddress>> turns() {
        List<List<ProxyAddress>> turns = new ArrayList<>();
        updates.forEach((proxy, update) -> turn(turns, update.turnOf(proxy)).add(proxy));
        boolean hasMany = free.size() > MANY_FREE;
        turn(turns, hasMany ? turns.size() : AFTER_RECEIVERS).addAll(free);
        return turns;
    }

    private static List<ProxyAddress> turn(List<List<ProxyAddress>> turns, int index) {
        while (turns.size() <= index) {
            turns.add(new ArrayList<>());
        }
        return turns.get(index);
    }

    /** Empty for a free proxy, which gets its whole metadata. */
    Optional<ClusterUpdate> of(ProxyAddress proxy) {
        return Optional.ofNullable(updates.get(proxy));
    }

    /** The whole metadata of the cluster of a proxy that did not have what its update leads from. */
    Optional<ClusterUpdate> whole(ProxyAddress proxy) {
        return Optional.ofNullable(memberships.get(proxy)).flatMap(cluster -> ask(cluster, Epoch.ZERO));
    }

    private Optional<ClusterUpdate> ask(ClusterName cluster, Epoch base) {
        return answers.computeIfAbsent(
                new Request(cluster, base), request -> source.update(request.cluster(), request.base()));
    }
}
