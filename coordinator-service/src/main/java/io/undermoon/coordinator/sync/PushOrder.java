package io.undermoon.coordinator.sync;

import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The order in which the proxies of a cluster get new metadata. A proxy that is to receive slots must know of them
 * before other proxies redirect clients to it; a proxy that has lost all its slots must redirect clients before the
 * others rely on it.
 */
enum PushOrder {
    /** The proxy imports slots. */
    IMPORTING,
    /** The proxy has no slots: it is free or has replicas only. */
    WITHOUT_SLOTS,
    /** The proxy owns slots or migrates them away. */
    WITH_SLOTS;

    /** The place of every proxy of a cluster: that of its masters, if it has masters and replicas. */
    static Map<ProxyAddress, PushOrder> of(Cluster cluster) {
        Map<ProxyAddress, PushOrder> orders = new LinkedHashMap<>();
        for (Node node : cluster.nodes()) {
            orders.merge(node.proxyAddress(), of(node), PushOrder::combined);
        }
        return orders;
    }

    private static PushOrder of(Node node) {
        if (node.slots().stream().anyMatch(TaggedSlots::isImporting)) {
            return IMPORTING;
        }
        return node.slots().isEmpty() ? WITHOUT_SLOTS : WITH_SLOTS;
    }

    private static PushOrder combined(PushOrder one, PushOrder other) {
        if (one == IMPORTING || other == IMPORTING) {
            return IMPORTING;
        }
        return one == WITH_SLOTS || other == WITH_SLOTS ? WITH_SLOTS : WITHOUT_SLOTS;
    }
}
