package io.undermoon.proxy.control.cluster;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.CommandErrors;
import io.undermoon.proxy.control.Arguments;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.nodes.SlotKeys;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code CLUSTER}: the topology of the cluster for clients. */
public final class ClusterCommands {
    private static final String HELP = """
            COUNTKEYSINSLOT <slot>
                Return the number of keys in <slot>.
            FAILOVER [FORCE|TAKEOVER]
                Promote current replica node to being a master.
            GETKEYSINSLOT <slot> <count>
                Return key names stored by current node in a slot.
            INFO
                Return information about the cluster.
            KEYSLOT <key>
                Return the hash slot for <key>.
            LINKS
                Return information about all network links between this node and its peers.
                There is no cluster bus, so there are none.
            MYID
                Return the node id.
            MYSHARDID
                Return the node's shard id.
            NODES
                Return cluster configuration seen by node. Output format:
                <id> <ip:port@bus-port> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...
            REPLICAS <node-id>
                Return <node-id> replicas.
            SHARDS
                Return information about slot range mappings and the nodes associated with them.
            SLOT-STATS
                Return an array of slot usage statistics for slots assigned to the current node.
            SLOTS
                Return information about slots range mappings. Each range is made of:
                start, end, master and replicas IP addresses, ports and ids
            """;

    private final TopologyStore topology;
    private final NodeStates nodeStates;
    private final SlotKeys slotKeys;
    private final ControlPlane controlPlane;
    private final boolean busPortInNodes;
    private final boolean hostNamesInSlots;

    /** The view of the topology of the last call; after a change many clients ask at once. */
    private volatile @Nullable ClusterView lastView;

    public ClusterCommands(
            TopologyStore topology,
            NodeStates nodeStates,
            SlotKeys slotKeys,
            ControlPlane controlPlane,
            boolean busPortInNodes,
            boolean hostNamesInSlots) {
        this.topology = topology;
        this.nodeStates = nodeStates;
        this.slotKeys = slotKeys;
        this.controlPlane = controlPlane;
        this.busPortInNodes = busPortInNodes;
        this.hostNamesInSlots = hostNamesInSlots;
    }

    public void register(HandlerTable table) {
        table.on(
                        "cluster|slots",
                        (frame, client, out) -> ClusterReplies.slots(
                                viewOfCluster(), controlPlane.failing(), client, hostNamesInSlots, out))
                .on(
                        "cluster|shards",
                        (frame, client, out) -> ClusterReplies.shards(
                                viewOfCluster(), controlPlane.failing(), localStates(), client, out))
                .on(
                        "cluster|nodes",
                        (frame, client, out) -> Replies.text(
                                client,
                                ClusterReplies.nodes(
                                        view(), controlPlane.failing(), client.role(), client.ports(), busPortInNodes),
                                out))
                .on(
                        "cluster|info",
                        (frame, client, out) ->
                                Replies.text(client, ClusterReplies.info(view(), controlPlane.failing()), out))
                .on("cluster|myid", (frame, client, out) -> RespWriter.bulk(out, view().selfId(client.role())))
                .on(
                        "cluster|myshardid",
                        (frame, client, out) -> RespWriter.bulk(out, view().selfShardId(client.role())))
                .on("cluster|keyslot", (frame, client, out) -> RespWriter.integer(out, keySlot(frame)))
                .later("cluster|countkeysinslot", (frame, client, out) -> countKeysInSlot(frame, client, out))
                .later("cluster|getkeysinslot", (frame, client, out) -> getKeysInSlot(frame, client, out))
                .later("cluster|failover", (frame, client, out) -> failover(frame, client))
                // Proxies have no cluster bus.
                .plain("cluster|links", out -> RespWriter.array(out, 0))
                .on("cluster|replicas", (frame, client, out) -> replicas(frame.argument(2), client, out))
                .on("cluster|slaves", (frame, client, out) -> replicas(frame.argument(2), client, out))
                .plain("cluster|help", Replies.help("CLUSTER", HELP));
    }

    /** Clients would take an empty reply for a cluster without nodes, rather than ask another of its proxies. */
    private ClusterView viewOfCluster() {
        ClusterView view = view();
        if (view.topology().clusterName() == null) {
            throw new ErrorReplyException(CommandErrors.NO_CLUSTER);
        }
        return view;
    }

    private ClusterView view() {
        Topology now = topology.current();
        ClusterView view = lastView;
        if (view == null || view.topology() != now) {
            view = ClusterView.of(now, topology.self(), topology::isOwn);
            lastView = view;
        }
        return view;
    }

    private Map<NodeAddress, NodeState> localStates() {
        Map<NodeAddress, NodeState> states = new HashMap<>();
        nodeStates.all().forEach(state -> states.put(state.node(), state));
        return states;
    }

    private static int keySlot(CommandFrame frame) {
        return Slot.of(frame.buffer(), frame.argumentStart(2), frame.argumentLength(2));
    }

    /** Answers 0 for a slot that another proxy serves, as Redis does. */
    private @Nullable CompletionStage<ByteBuf> countKeysInSlot(CommandFrame frame, Client client, ByteBuf out) {
        long slot = Arguments.integer(frame, 2);
        if (slot < 0 || slot >= Slot.COUNT) {
            throw new ErrorReplyException("ERR Invalid slot");
        }
        if (owner(client, slot) instanceof Target.Local local) {
            return slotKeys.count(local.node(), (int) slot);
        }
        RespWriter.integer(out, 0);
        return null;
    }

    private @Nullable CompletionStage<ByteBuf> getKeysInSlot(CommandFrame frame, Client client, ByteBuf out) {
        long slot = Arguments.integer(frame, 2);
        long max = Arguments.integer(frame, 3);
        if (slot < 0 || slot >= Slot.COUNT || max < 0) {
            throw new ErrorReplyException("ERR Invalid slot or number of keys");
        }
        if (max > 0 && owner(client, slot) instanceof Target.Local local) {
            return slotKeys.names(local.node(), (int) slot, max);
        }
        RespWriter.array(out, 0);
        return null;
    }

    /**
     * Has the replicas of this proxy become masters, by the control plane: it is the same for {@code FORCE} and {@code
     * TAKEOVER}, since no masters are asked for votes. A replica that has missed writes is refused in each form.
     */
    private CompletionStage<ByteBuf> failover(CommandFrame frame, Client client) {
        boolean force = frame.argumentCount() == 3 && (frame.argumentIs(2, "FORCE") || frame.argumentIs(2, "TAKEOVER"));
        if (frame.argumentCount() > 2 && !force) {
            throw new ErrorReplyException(CommandErrors.SYNTAX);
        }
        ClusterView.Replica self = viewOfCluster().selfAsReplica(client.role());
        if (self == null) {
            throw new ErrorReplyException("ERR You should send CLUSTER FAILOVER to a replica");
        }
        return controlPlane
                .takeOverFrom(self.master().proxy(), force)
                .thenApply(done -> Replies.of(Replies::ok))
                .exceptionally(ClusterCommands::refusal);
    }

    private static ByteBuf refusal(Throwable problem) {
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        return Replies.of(out -> RespWriter.error(out, String.valueOf(cause.getMessage())));
    }

    private Target owner(Client client, long slot) {
        return topology.current(client.role()).routes().settledOwner((int) slot);
    }

    private void replicas(String id, Client client, ByteBuf out) {
        ClusterView view = view();
        if (view.masters().stream().anyMatch(master -> master.id().equals(id))) {
            List<String> lines = ClusterReplies.replicas(
                    view, controlPlane.failing(), client.role(), id, client.ports(), busPortInNodes);
            RespWriter.array(out, lines.size());
            lines.forEach(line -> RespWriter.bulk(out, line));
        } else if (view.replicas().stream().anyMatch(replica -> replica.id().equals(id))) {
            RespWriter.error(out, "ERR The specified node is not a master");
        } else {
            RespWriter.error(out, "ERR Unknown node " + id);
        }
    }
}
