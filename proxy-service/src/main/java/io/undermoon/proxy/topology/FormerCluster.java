package io.undermoon.proxy.topology;

import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The routes of the cluster that a free proxy belonged to. Clients that still have the proxy in their view of the
 * cluster are sent to its former peers, for so long as clients take to learn of a change; after that the peers may
 * belong to another cluster.
 *
 * @param untilNanos the {@link System#nanoTime} until which the routes count
 */
record FormerCluster(RouteTable routes, long untilNanos) {
    private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(2);

    static FormerCluster of(Topology topology) {
        return new FormerCluster(topology.routes(), System.nanoTime() + KEPT_NANOS);
    }

    Target.@Nullable Remote owner(int slot) {
        boolean counts = System.nanoTime() - untilNanos < 0;
        return counts && routes.owner(slot) instanceof Target.Remote peer ? peer : null;
    }
}
