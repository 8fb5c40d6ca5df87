package io.undermoon.broker.plan;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy says of itself.
 *
 * @param epoch of the metadata that it has
 * @param content empty if it does not say
 */
public record ProxyReport(Epoch epoch, Optional<Content> content) {
    /**
     * The metadata that a proxy has.
     *
     * @param cluster absent for a free proxy
     * @param nodes its two nodes
     * @param slots of its masters
     */
    public record Content(@Nullable ClusterName cluster, List<NodeRole> nodes, Map<NodeAddress, Slots> slots) {
        public Content {
            nodes = List.copyOf(nodes);
            slots = Map.copyOf(slots);
        }
    }

    /**
     * The role of a node.
     *
     * @param peers its replicas, that behind the other half of its chunk first, or its master
     */
    public record NodeRole(NodeAddress node, Role role, List<ReplPeer> peers) {
        public NodeRole {
            peers = List.copyOf(peers);
        }
    }

    /**
     * The slots of a master.
     *
     * @param leaving those that are moving to another node
     */
    public record Slots(SlotRanges stable, SlotRanges leaving) {
        public static final Slots NONE = new Slots(SlotRanges.NONE, SlotRanges.NONE);

        @Override
        public String toString() {
            return "[" + stable + "]" + (leaving.isEmpty() ? "" : " and moving [" + leaving + "]");
        }
    }
}
