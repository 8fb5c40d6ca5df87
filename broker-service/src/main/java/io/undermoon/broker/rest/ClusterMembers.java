package io.undermoon.broker.rest;

import io.undermoon.broker.data.Members;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which proxies of a cluster are asked about its data. */
final class ClusterMembers {
    private ClusterMembers() {}

    /** The proxies that have masters. */
    static List<ProxyAddress> masters(ClusterView cluster) {
        return List.copyOf(slots(cluster).keySet());
    }

    static Members of(ClusterView cluster, ProxyObserver observer) {
        Map<ProxyAddress, SlotRanges> slots = slots(cluster);
        List<ProxyAddress> answeringFirst = slots.keySet().stream()
                .sorted(Comparator.comparing(proxy -> observer.of(proxy).isSilent()))
                .toList();
        List<ProxyAddress> others = cluster.stored()
                .proxies()
                .filter(proxy -> !slots.containsKey(proxy))
                .toList();
        return new Members(cluster.stored().name(), answeringFirst, others, slots);
    }

    private static Map<ProxyAddress, SlotRanges> slots(ClusterView cluster) {
        Map<ProxyAddress, SlotRanges> slots = new LinkedHashMap<>();
        for (Node node : cluster.cluster().nodes()) {
            if (node.isMaster()) {
                SlotRanges own = SlotRanges.NONE;
                for (TaggedSlots tagged : node.slots()) {
                    own = own.union(tagged.rangeList());
                }
                slots.merge(node.proxyAddress(), own, SlotRanges::union);
            }
        }
        return slots;
    }
}
