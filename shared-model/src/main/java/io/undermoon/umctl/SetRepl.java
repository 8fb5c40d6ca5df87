package io.undermoon.umctl;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.Tenancy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code UMCTL SETREPL}: the replication roles of the nodes behind a proxy. It replaces the roles the proxy knew.
 * Whose keys the nodes may have is said in words of the flags, see {@link TenancyWords}.
 *
 * <pre>
 * UMCTL SETREPL &lt;epoch&gt; &lt;flags&gt;
 *     {&lt;master|replica&gt; &lt;cluster_name&gt; &lt;node&gt; &lt;n&gt; {&lt;peer_node&gt; &lt;peer_proxy&gt;} × n}…
 * </pre>
 *
 * @param tenancy absent where nodes are not marked
 */
public record SetRepl(
        Epoch epoch,
        boolean force,
        List<Entry> entries,
        @Nullable Tenancy tenancy) {

    /**
     * The role of one node.
     *
     * @param clusterName absent for a node of a free proxy
     * @param peers the replicas of a master, or the master of a replica
     */
    public record Entry(Role role, @Nullable ClusterName clusterName, NodeAddress node, List<ReplPeer> peers) {
        public Entry {
            peers = List.copyOf(peers);
        }
    }

    public SetRepl {
        entries = List.copyOf(entries);
    }

    /** The message where nodes are not marked. */
    public SetRepl(Epoch epoch, boolean force, List<Entry> entries) {
        this(epoch, force, entries, null);
    }

    /** The message with the broker's view of a proxy; masters come first. */
    public static SetRepl of(Proxy proxy) {
        List<Entry> entries = new ArrayList<>();
        for (Role role : Role.values()) {
            for (Node node : proxy.nodes()) {
                if (node.repl().role() == role) {
                    entries.add(new Entry(
                            role,
                            proxy.clusterName(),
                            node.address(),
                            node.repl().peers()));
                }
            }
        }
        return new SetRepl(proxy.epoch(), false, entries, proxy.tenancy());
    }

    /** The same at another epoch, which applies once. */
    public SetRepl withEpoch(Epoch newEpoch) {
        return new SetRepl(newEpoch, false, entries, tenancy);
    }

    /** The whole command, {@code UMCTL} included. */
    public List<String> toCommand() {
        List<String> out = new ArrayList<>();
        out.add("UMCTL");
        out.add("SETREPL");
        out.addAll(toArguments());
        return out;
    }

    /** What follows {@code UMCTL SETREPL}. */
    public List<String> toArguments() {
        List<String> out = new ArrayList<>();
        out.add(epoch.toString());
        List<String> flags = new ArrayList<>(List.of(new Flags(force, false).print()));
        flags.addAll(TenancyWords.print(tenancy));
        out.add(String.join(",", flags));
        for (Entry entry : entries) {
            out.add(entry.role().wireName());
            out.add(entry.clusterName() == null ? "" : entry.clusterName().value());
            out.add(entry.node().value());
            out.add(Integer.toString(entry.peers().size()));
            for (ReplPeer peer : entry.peers()) {
                out.add(peer.nodeAddress().value());
                out.add(peer.proxyAddress().value());
            }
        }
        return out;
    }

    /**
     * Reads the arguments that follow {@code UMCTL SETREPL}.
     *
     * @throws UmctlSyntaxException if they do not follow the grammar
     */
    public static SetRepl parse(List<String> arguments) {
        Arguments in = new Arguments(arguments);
        Epoch epoch = in.nextEpoch();
        String words = in.next("flags");
        Flags flags = Flags.parse(words);
        List<Entry> entries = new ArrayList<>();
        while (in.hasNext()) {
            entries.add(parseEntry(in));
        }
        return new SetRepl(epoch, flags.force(), entries, TenancyWords.parse(words));
    }

    private static Entry parseEntry(Arguments in) {
        String role = in.next("role");
        if (!role.equalsIgnoreCase("master") && !role.equalsIgnoreCase("replica")) {
            throw new UmctlSyntaxException("role '" + role + "' is neither master nor replica");
        }
        ClusterName name = in.nextClusterName();
        NodeAddress node = in.nextNode();
        int count = in.nextCount("number of peers", 2);
        List<ReplPeer> peers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            peers.add(new ReplPeer(in.nextNode(), in.nextProxy()));
        }
        return new Entry(Role.parse(role), name, node, peers);
    }
}
