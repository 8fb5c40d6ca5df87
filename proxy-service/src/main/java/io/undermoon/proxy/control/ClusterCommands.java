package io.undermoon.proxy.control;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code CLUSTER}: what clients learn the cluster's shape from. */
final class ClusterCommands {
    private static final String HELP = """
            COUNTKEYSINSLOT <slot>
                Return the number of keys in <slot>.
            INFO
                Return information about the cluster.
            KEYSLOT <key>
                Return the hash slot for <key>.
            MYID
                Return the node id.
            MYSHARDID
                Return the node's shard id.
            NODES
                Return cluster configuration seen by node. Output format:
                <id> <ip:port@bus-port> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...
            SHARDS
                Return information about slot range mappings and the nodes associated with them.
            SLOTS
                Return information about slots range mappings. Each range is made of:
                start, end, master and replicas IP addresses, ports and ids
            """;

    private final TopologyStore topology;
    private final NodeStates nodeStates;
    private final SlotKeyCounter counter;
    private final boolean busPortInNodes;

    /** Of the topology that was last asked about; many clients ask at once after a change. */
    private volatile @Nullable ClusterView lastView;

    ClusterCommands(ControlServices services) {
        this.topology = services.topology();
        this.nodeStates = services.nodeStates();
        this.counter = new SlotKeyCounter(services.nodes());
        this.busPortInNodes = services.settings().busPortInNodes();
    }

    void register(HandlerTable table) {
        table.on("cluster|slots", (frame, client, out) -> ClusterReplies.slots(view(), client, out))
                .on("cluster|shards", (frame, client, out) -> ClusterReplies.shards(view(), localStates(), client, out))
                .on(
                        "cluster|nodes",
                        (frame, client, out) ->
                                text(client, ClusterReplies.nodes(view(), client.ports(), busPortInNodes), out))
                .on("cluster|info", (frame, client, out) -> text(client, ClusterReplies.info(view()), out))
                .plain("cluster|myid", out -> RespWriter.bulk(out, view().self().id()))
                // A shard is what one proxy is the master of, so the proxy's id names it.
                .plain(
                        "cluster|myshardid",
                        out -> RespWriter.bulk(out, view().self().id()))
                .on("cluster|keyslot", (frame, client, out) -> RespWriter.integer(out, keySlot(frame)))
                .later("cluster|countkeysinslot", (frame, client, out) -> countKeysInSlot(frame, out))
                .plain("cluster|help", Replies.help("CLUSTER", HELP));
    }

    private static void text(Client client, String text, ByteBuf out) {
        RespWriter.verbatim(out, client.protocol(), "txt", text);
    }

    private ClusterView view() {
        Topology now = topology.current();
        ClusterView view = lastView;
        if (view == null || view.topology() != now) {
            view = ClusterView.of(now, topology.self());
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

    /** Of a slot that another proxy serves there are no keys here, as Redis says too. */
    private @Nullable CompletionStage<ByteBuf> countKeysInSlot(CommandFrame frame, ByteBuf out) {
        OptionalLong slot = Integers.parse(frame.argument(2));
        if (slot.isEmpty()) {
            Replies.notAnInteger(out);
        } else if (slot.getAsLong() < 0 || slot.getAsLong() >= Slot.COUNT) {
            RespWriter.error(out, "ERR Invalid slot");
        } else if (topology.current().routes().settledOwner((int) slot.getAsLong()) instanceof Target.Local local) {
            return counter.count(local.node(), (int) slot.getAsLong());
        } else {
            RespWriter.integer(out, 0);
        }
        return null;
    }
}
