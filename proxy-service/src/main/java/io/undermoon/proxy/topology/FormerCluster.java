package io.undermoon.proxy.topology;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.umctl.SetRepl;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The routes of the cluster that a free proxy belonged to. Clients that still have the proxy in their view of the
 * cluster are sent to its former peers, for so long as clients take to learn of a change; after that the peers may
 * belong to another cluster. Peers that are known to have left it, too, are left out.
 *
 * @param own the slots that were its own, with the proxies of their replicas: who took its place or knows who did
 * @param peers those that clients are sent to
 * @param untilNanos the {@link System#nanoTime} until which the routes count
 */
record FormerCluster(ClusterName name, RouteTable routes, List<Own> own, Set<ProxyAddress> peers, long untilNanos) {
    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(2);

    FormerCluster {
        own = List.copyOf(own);
        peers = Set.copyOf(peers);
    }

    /** The slots of one node. */
    record Own(List<TaggedSlots> slots, Target.Remote successor) {}

    static FormerCluster of(ClusterName name, Topology topology, Endpoints endpoints) {
        List<Own> own = topology.replication().entries().stream()
                .filter(entry -> entry.role() == Role.MASTER && !entry.peers().isEmpty())
                .map(entry -> own(topology, entry, endpoints))
                .toList();
        Set<ProxyAddress> peers = new HashSet<>(topology.cluster().peers().keySet());
        own.forEach(node -> peers.add(node.successor().proxy()));
        return new FormerCluster(name, topology.routes(), own, peers, System.nanoTime() + KEPT_NANOS);
    }

    private static Own own(Topology topology, SetRepl.Entry master, Endpoints endpoints) {
        return new Own(
                topology.cluster().local().getOrDefault(master.node(), List.of()),
                Target.Remote.of(master.peers().get(0).proxyAddress(), endpoints));
    }

    FormerCluster without(Set<ProxyAddress> gone) {
        Set<ProxyAddress> left = new HashSet<>(peers);
        left.removeAll(gone);
        return new FormerCluster(name, routes, own, left, untilNanos);
    }

    boolean isOver() {
        return System.nanoTime() - untilNanos >= 0;
    }

    Target.@Nullable Remote owner(int slot) {
        Target.Remote owner = isOver() ? null : formerOwner(slot);
        return owner != null && peers.contains(owner.proxy()) ? owner : null;
    }

    private Target.@Nullable Remote formerOwner(int slot) {
        if (routes.owner(slot) instanceof Target.Remote peer) {
            return peer;
        }
        return own.stream()
                .filter(node -> node.slots().stream()
                        .anyMatch(range -> range.rangeList().contains(slot)))
                .map(Own::successor)
                .findFirst()
                .orElse(null);
    }
}
