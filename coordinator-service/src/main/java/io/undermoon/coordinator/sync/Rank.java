package io.undermoon.coordinator.sync;

import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When a proxy gets its metadata, in this order. Whoever is to receive slots must know of it before anybody sends clients
 * there; whoever lost its slots must send clients on before the rest believes it.
 */
enum Rank {
    /** It imports slots. */
    IMPORTING,
    /** It has no slots at all, be it a free proxy or one with replicas only. */
    WITHOUT_SLOTS,
    /** It owns or gives slots away. */
    REST;

    /** The rank of every proxy of a cluster, replicas not blurring that of the masters beside them. */
    static Map<ProxyAddress, Rank> of(Cluster cluster) {
        Map<ProxyAddress, Rank> ranks = new LinkedHashMap<>();
        for (Node node : cluster.nodes()) {
            ranks.merge(node.proxyAddress(), of(node), Rank::stronger);
        }
        return ranks;
    }

    private static Rank of(Node node) {
        if (node.slots().stream().anyMatch(TaggedSlots::isImporting)) {
            return IMPORTING;
        }
        return node.slots().isEmpty() ? WITHOUT_SLOTS : REST;
    }

    private static Rank stronger(Rank one, Rank other) {
        if (one == IMPORTING || other == IMPORTING) {
            return IMPORTING;
        }
        return one == REST || other == REST ? REST : WITHOUT_SLOTS;
    }
}
