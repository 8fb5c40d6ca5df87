package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A Redis process in the metadata.
 *
 * @param slots for a master its stable slots first, then one element per migration; always empty for a replica
 */
public record Node(NodeAddress address, ProxyAddress proxyAddress, List<TaggedSlots> slots, ReplMeta repl) {
    public Node {
        requireNonNull(address, "address");
        requireNonNull(proxyAddress, "proxy_address");
        requireNonNull(slots, "slots");
        requireNonNull(repl, "repl");
        slots = List.copyOf(slots);
    }

    public boolean isMaster() {
        return repl.role() == Role.MASTER;
    }
}
