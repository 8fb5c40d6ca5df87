package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** Another proxy of the same cluster, with the slots of all masters behind it. */
public record PeerProxy(ProxyAddress proxyAddress, List<TaggedSlots> slots) {
    public PeerProxy {
        requireNonNull(proxyAddress, "proxy_address");
        requireNonNull(slots, "slots");
        slots = List.copyOf(slots);
    }
}
