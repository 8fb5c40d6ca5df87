package io.undermoon.proxy.topology;

import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.umctl.SetRepl;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The routes of the cluster that a free proxy belonged to. Clients that still have the proxy in their view of the
 * cluster are sent to its former peers, for so long as clients take to learn of a change; after that the peers may
 * belong to another cluster.
 *
 * @param own the slots that were its own, with the proxies of their replicas: who took its place or knows who did
 * @param untilNanos the {@link System#nanoTime} until which the routes count
 */
record FormerCluster(RouteTable routes, List<Own> own, long untilNanos) {
    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** The slots of one node. */
    record Own(List<TaggedSlots> slots, Target.Remote successor) {}

    static FormerCluster of(Topology topology, Endpoints endpoints) {
        List<Own> own = topology.replication().entries().stream()
                .filter(entry -> entry.role() == Role.MASTER && !entry.peers().isEmpty())
                .map(entry -> own(topology, entry, endpoints))
                .toList();
        return new FormerCluster(topology.routes(), own, System.nanoTime() + KEPT_NANOS);
    }

    private static Own own(Topology topology, SetRepl.Entry master, Endpoints endpoints) {
        return new Own(
                topology.cluster().local().getOrDefault(master.node(), List.of()),
                Target.Remote.of(master.peers().get(0).proxyAddress(), endpoints));
    }

    Target.@Nullable Remote owner(int slot) {
        if (System.nanoTime() - untilNanos >= 0) {
            return null;
        }
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
