package io.undermoon.broker.data;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The proxies of a cluster, at a moment. No connection is opened to any other address.
 *
 * @param proxies those with masters, those that answer first
 * @param others that belong to the cluster as well
 * @param slots of the masters behind each proxy
 */
public record Members(
        ClusterName cluster,
        List<ProxyAddress> proxies,
        List<ProxyAddress> others,
        Map<ProxyAddress, SlotRanges> slots) {
    public Members {
        proxies = List.copyOf(proxies);
        others = List.copyOf(others);
        slots = Map.copyOf(slots);
    }

    boolean has(ProxyAddress proxy) {
        return proxies.contains(proxy) || others.contains(proxy);
    }

    /** The proxies to ask about a slot, the one that should know first. */
    List<ProxyAddress> toAsk(int slot) {
        List<ProxyAddress> order = new ArrayList<>(proxies);
        proxies.stream().filter(proxy -> owns(proxy, slot)).findFirst().ifPresent(owner -> {
            order.remove(owner);
            order.add(0, owner);
        });
        return order;
    }

    private boolean owns(ProxyAddress proxy, int slot) {
        return slots.getOrDefault(proxy, SlotRanges.NONE).contains(slot);
    }
}
