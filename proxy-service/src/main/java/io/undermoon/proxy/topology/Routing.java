package io.undermoon.proxy.topology;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.umctl.SetCluster;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The routes that follow from a {@code SETCLUSTER}: a pure function.
 *
 * <p>Slots under migration are served by their source until the migration is committed, on every proxy alike: the source
 * side's entry counts, and of an importing entry only whom it names as the source, for the case that the source itself is
 * not listed.
 */
final class Routing {
    private final ProxyAddress self;
    private final Endpoints endpoints;
    private final RouteTable.Builder routes = new RouteTable.Builder();
    private final Set<Endpoint> used = new HashSet<>();

    private Routing(ProxyAddress self, Endpoints endpoints) {
        this.self = self;
        this.endpoints = endpoints;
    }

    record Routes(RouteTable table, Set<Endpoint> endpoints) {}

    static Routes of(SetCluster cluster, ProxyAddress self, Endpoints endpoints) {
        return new Routing(self, endpoints).build(cluster);
    }

    private Routes build(SetCluster cluster) {
        cluster.local().forEach((node, slots) -> slots.forEach(this::addSourceOfImport));
        cluster.peers().forEach((proxy, slots) -> slots.forEach(this::addSourceOfImport));
        cluster.peers().forEach((proxy, slots) -> addOwned(slots, remote(proxy)));
        for (Map.Entry<?, List<TaggedSlots>> local : cluster.local().entrySet()) {
            Endpoint node = redis(local.getKey().toString());
            addOwned(local.getValue(), new Target.Local(node));
        }
        for (ReplicaNode replica : cluster.replicas()) {
            if (replica.proxyAddress().equals(self)) {
                Endpoint node = redis(replica.nodeAddress().value());
                for (TaggedSlots slots : replica.slots()) {
                    if (!slots.isImporting()) {
                        routes.localReplica(slots.rangeList(), node);
                    }
                }
            }
        }
        return new Routes(routes.build(), used);
    }

    private void addOwned(List<TaggedSlots> slots, Target target) {
        for (TaggedSlots range : slots) {
            if (!range.isImporting()) {
                routes.owner(range.rangeList(), target);
            }
        }
    }

    private void addSourceOfImport(TaggedSlots slots) {
        if (slots.tag() instanceof SlotState.Importing importing) {
            ProxyAddress source = importing.meta().srcProxyAddress();
            Target target = source.equals(self)
                    ? new Target.Local(redis(importing.meta().srcNodeAddress().value()))
                    : remote(source);
            routes.owner(slots.rangeList(), target);
        }
    }

    private Endpoint redis(String address) {
        Endpoint node = endpoints.redis(address);
        used.add(node);
        return node;
    }

    private Target remote(ProxyAddress proxy) {
        Target.Remote target = Target.Remote.of(proxy, endpoints);
        used.addAll(target.byHopsLeft());
        return target;
    }
}
