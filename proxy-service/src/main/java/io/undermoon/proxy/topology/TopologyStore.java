package io.undermoon.proxy.topology;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetRepl;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds the present {@link Topology} and is its only writer.
 *
 * <p>Reading is one volatile read. Messages are applied one at a time, each whole or not at all; listeners are told after
 * the new snapshot is visible, in the order of the changes, on the thread that applies.
 */
public final class TopologyStore {
    private static final Logger LOG = Logger.getLogger(TopologyStore.class);

    private final ProxyAddress self;
    private final Set<NodeAddress> ownNodes;
    private final Endpoints endpoints;
    private final List<Consumer<Topology>> listeners = new CopyOnWriteArrayList<>();

    private volatile Topology current = new Topology(
            new SetCluster(Epoch.ZERO, false, null, Map.of(), Map.of(), List.of(), ClusterConfig.DEFAULT, false),
            new SetRepl(Epoch.ZERO, false, List.of()),
            RouteTable.EMPTY,
            Set.of(),
            0,
            Map.of());

    private volatile boolean resolvesOwnership;

    /**
     * @param self the address the metadata knows this proxy by
     * @param ownNodes the Redis nodes behind this proxy; when empty, any node on the proxy's host is taken for its own
     */
    public TopologyStore(ProxyAddress self, Set<NodeAddress> ownNodes, Endpoints endpoints) {
        this.self = self;
        this.ownNodes = Set.copyOf(ownNodes);
        this.endpoints = endpoints;
    }

    /** The address the metadata knows this proxy by. */
    public ProxyAddress self() {
        return self;
    }

    public Topology current() {
        return current;
    }

    /** Calls back with each new snapshot from now on. */
    public void onChange(Consumer<Topology> listener) {
        listeners.add(listener);
    }

    /** Replaces what is known of the cluster, unless the message is old or meant for another proxy. */
    public synchronized ApplyResult apply(SetCluster message) {
        if (!areMine(message.local().keySet())) {
            return ApplyResult.NOT_MY_META;
        }
        Topology old = current;
        if (!message.force() && !message.epoch().isAfter(old.epoch())) {
            return ApplyResult.OLD_EPOCH;
        }
        boolean isKnown = old.compression() != CompressionStrategy.DISABLED;
        long since = isKnown ? old.compressionKnownSinceNanos() : System.nanoTime();
        Map<TaggedSlots, SlotOwnership> ownership = InitialOwnership.of(message, old, resolvesOwnership);
        publish(withRoutes(message, old.replication(), since, ownership));
        logChange(old.clusterName(), message);
        return ApplyResult.APPLIED;
    }

    /** Replaces the replication roles, unless the message is old or meant for another proxy. */
    public synchronized ApplyResult apply(SetRepl message) {
        if (!areMine(message.entries().stream().map(SetRepl.Entry::node).toList())) {
            return ApplyResult.NOT_MY_META;
        }
        Topology old = current;
        if (!message.force() && !message.epoch().isAfter(old.replication().epoch())) {
            return ApplyResult.OLD_EPOCH;
        }
        publish(new Topology(
                old.cluster(),
                message,
                old.routes(),
                old.endpoints(),
                old.compressionKnownSinceNanos(),
                old.ownership()));
        return ApplyResult.APPLIED;
    }

    /** Has the store hold slots of which it cannot know who has them; somebody promises to find out and {@link #mark} it. */
    public void resolvesOwnership() {
        resolvesOwnership = true;
    }

    /**
     * Says who has slots under migration, and has commands routed by it from now on.
     *
     * @param slots as in the present metadata
     * @return false when they are no longer in it, so that nothing was changed
     */
    public synchronized boolean setOwnership(TaggedSlots slots, SlotOwnership ownership) {
        Topology old = current;
        SlotOwnership before = old.ownership().get(slots);
        if (before == null) {
            return false;
        }
        if (before != ownership) {
            Map<TaggedSlots, SlotOwnership> changed = new HashMap<>(old.ownership());
            changed.put(slots, ownership);
            publish(withRoutes(old.cluster(), old.replication(), old.compressionKnownSinceNanos(), changed));
        }
        return true;
    }

    private Topology withRoutes(
            SetCluster cluster,
            SetRepl replication,
            long compressionKnownSinceNanos,
            Map<TaggedSlots, SlotOwnership> ownership) {
        Routing.Routes routes = Routing.of(cluster, ownership, self, endpoints);
        return new Topology(
                cluster, replication, routes.table(), routes.endpoints(), compressionKnownSinceNanos, ownership);
    }

    private void publish(Topology next) {
        current = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    private boolean areMine(Collection<NodeAddress> nodes) {
        return nodes.stream().allMatch(this::isMine);
    }

    private boolean isMine(NodeAddress node) {
        return ownNodes.isEmpty() ? HostPort.parse(node.value()).host().equals(self.host()) : ownNodes.contains(node);
    }

    private void logChange(@Nullable ClusterName before, SetCluster message) {
        if (Objects.equals(before, message.clusterName())) {
            LOG.infof("cluster=%s epoch=%s proxy=%s metadata applied", message.clusterName(), message.epoch(), self);
        } else {
            LOG.infof(
                    "cluster=%s epoch=%s proxy=%s joined; before: cluster=%s",
                    message.clusterName(), message.epoch(), self, before);
        }
    }
}
