package io.undermoon.umctl;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.PeerProxy;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code UMCTL SETCLUSTER}: the complete cluster metadata of a proxy. It replaces the previous metadata.
 *
 * <pre>
 * UMCTL SETCLUSTER v2 &lt;epoch&gt; &lt;flags&gt; &lt;cluster_name&gt; {&lt;node&gt; &lt;slots&gt;}…
 *     [PEER {&lt;proxy&gt; &lt;slots&gt;}…] [REPLICA {&lt;node&gt; &lt;proxy&gt; &lt;slots&gt;}…]
 *     [CONFIG {&lt;field&gt; &lt;value&gt;}…]
 * UMCTL SETCLUSTER v2 &lt;epoch&gt; &lt;flags with COMPRESS&gt; &lt;blob&gt;          see {@link CompressedCluster}
 * </pre>
 *
 * An address is repeated for each of its slot ranges. Sections come in any order; a repeated one replaces the
 * earlier. Two things are extensions of this project: {@code REPLICA}, and that a node or peer without slots is
 * written, as one with 0 ranges. The original reads that, but leaves such an address out of the first form. A replica
 * of a master without slots has 0 ranges, and after them the proxy of its master.
 *
 * @param clusterName absent for a free proxy
 * @param local the master nodes behind the proxy; no element for ranges without slots
 * @param peers the other proxies of the cluster that have masters, also those without slots
 * @param replicas every replica of the cluster
 * @param configIgnored whether a {@code CONFIG} section could not be read, so that the default applies
 */
public record SetCluster(
        Epoch epoch,
        boolean force,
        @Nullable ClusterName clusterName,
        Map<NodeAddress, List<TaggedSlots>> local,
        Map<ProxyAddress, List<TaggedSlots>> peers,
        List<ReplicaNode> replicas,
        ClusterConfig config,
        boolean configIgnored) {

    static final String VERSION = "v2";

    private static final List<TaggedSlots> WITHOUT_SLOTS = List.of(TaggedSlots.stable(SlotRanges.NONE));

    private static final String PEER = "PEER";
    private static final String REPLICA = "REPLICA";
    private static final String CONFIG = "CONFIG";

    public SetCluster {
        local = copyOf(local);
        peers = copyOf(peers);
        replicas = List.copyOf(replicas);
    }

    /** The message with the broker's view of a proxy. */
    public static SetCluster of(Proxy proxy) {
        Map<NodeAddress, List<TaggedSlots>> local = new LinkedHashMap<>();
        if (!proxy.isFree()) {
            proxy.nodes().stream().filter(Node::isMaster).forEach(node -> local.put(node.address(), node.slots()));
        }
        Map<ProxyAddress, List<TaggedSlots>> peers = new LinkedHashMap<>();
        for (PeerProxy peer : proxy.peers()) {
            peers.put(peer.proxyAddress(), peer.slots());
        }
        ClusterConfig config = proxy.clusterConfig() == null ? ClusterConfig.DEFAULT : proxy.clusterConfig();
        return new SetCluster(proxy.epoch(), false, proxy.clusterName(), local, peers, proxy.replicas(), config, false);
    }

    /**
     * The whole command as the original writes it: without the {@code REPLICA} section, which its proxies refuse, and
     * in the first form without addresses that have no slots.
     */
    public List<String> toOriginalCommand(boolean compress) {
        SetCluster message = new SetCluster(
                epoch,
                force,
                clusterName,
                compress ? local : withSlots(local),
                compress ? peers : withSlots(peers),
                List.of(),
                config,
                configIgnored);
        return compress ? message.toCompressedCommand() : message.toCommand();
    }

    private static <K> Map<K, List<TaggedSlots>> withSlots(Map<K, List<TaggedSlots>> map) {
        Map<K, List<TaggedSlots>> owners = new LinkedHashMap<>(map);
        owners.values().removeIf(List::isEmpty);
        return owners;
    }

    /** The whole command, {@code UMCTL} included. */
    public List<String> toCommand() {
        List<String> out = header(new Flags(force, false));
        out.add(clusterName == null ? "" : clusterName.value());
        local.forEach((node, ranges) -> print(node.value(), ranges, out));
        if (!peers.isEmpty()) {
            out.add(PEER);
            peers.forEach((proxy, ranges) -> print(proxy.value(), ranges, out));
        }
        List<String> printed = new ArrayList<>();
        replicas.forEach(replica -> print(replica, printed));
        if (!printed.isEmpty()) {
            out.add(REPLICA);
            out.addAll(printed);
        }
        out.add(CONFIG);
        config.toFields().forEach((field, value) -> {
            out.add(field);
            out.add(value);
        });
        return out;
    }

    /** The whole command with the metadata as one compressed argument. */
    public List<String> toCompressedCommand() {
        List<String> out = header(new Flags(force, true));
        out.add(CompressedCluster.print(this));
        return out;
    }

    /**
     * Reads the arguments that follow {@code UMCTL SETCLUSTER}.
     *
     * @throws UmctlSyntaxException if they do not follow the grammar
     */
    public static SetCluster parse(List<String> arguments) {
        Arguments in = new Arguments(arguments);
        String version = in.next("version");
        if (!version.equals(VERSION)) {
            throw new UmctlSyntaxException(
                    UmctlSyntaxException.Kind.INVALID_VERSION, "version '" + version + "' is not " + VERSION);
        }
        Epoch epoch = in.nextEpoch();
        Flags flags = Flags.parse(in.next("flags"));
        if (flags.compress()) {
            return CompressedCluster.parse(epoch, flags.force(), in.next("compressed metadata"));
        }
        return new Sections(in).parse(epoch, flags.force());
    }

    private List<String> header(Flags flags) {
        List<String> out = new ArrayList<>();
        out.add("UMCTL");
        out.add("SETCLUSTER");
        out.add(VERSION);
        out.add(epoch.toString());
        out.add(flags.print());
        return out;
    }

    private static void print(String address, List<TaggedSlots> ranges, List<String> out) {
        for (TaggedSlots slots : ranges.isEmpty() ? WITHOUT_SLOTS : ranges) {
            out.add(address);
            SlotText.print(slots, out);
        }
    }

    private static void print(ReplicaNode replica, List<String> out) {
        ProxyAddress master = replica.masterProxyAddress();
        for (TaggedSlots slots : master == null ? replica.slots() : WITHOUT_SLOTS) {
            out.add(replica.nodeAddress().value());
            out.add(replica.proxyAddress().value());
            SlotText.print(slots, out);
        }
        if (master != null) {
            out.add(master.value());
        }
    }

    private static <K> Map<K, List<TaggedSlots>> copyOf(Map<K, List<TaggedSlots>> map) {
        Map<K, List<TaggedSlots>> copy = new LinkedHashMap<>();
        map.forEach((key, ranges) -> copy.put(
                key,
                ranges.stream().filter(slots -> !slots.rangeList().isEmpty()).toList()));
        return java.util.Collections.unmodifiableMap(copy);
    }

    /** The sections read so far. A later section replaces an earlier one of the same kind. */
    private static final class Sections {
        private final Arguments in;
        private Map<ProxyAddress, List<TaggedSlots>> peers = new LinkedHashMap<>();
        private List<ReplicaNode> replicas = new ArrayList<>();
        private ClusterConfig config = ClusterConfig.DEFAULT;
        private boolean configIgnored;

        Sections(Arguments in) {
            this.in = in;
        }

        SetCluster parse(Epoch epoch, boolean force) {
            ClusterName name = in.nextClusterName();
            Map<NodeAddress, List<TaggedSlots>> local = new LinkedHashMap<>();
            while (in.hasNext() && !atSection()) {
                add(local, in.nextNode(), SlotText.parse(in));
            }
            while (in.hasNext()) {
                parseSection();
            }
            if (configIgnored && (local.isEmpty() || peers.isEmpty())) {
                throw new UmctlSyntaxException("the CONFIG section cannot be read");
            }
            return new SetCluster(epoch, force, name, local, peers, replicas, config, configIgnored);
        }

        private boolean atSection() {
            return in.nextIs(PEER) || in.nextIs(REPLICA) || in.nextIs(CONFIG);
        }

        private void parseSection() {
            if (in.nextIs(PEER)) {
                in.next(PEER);
                peers = new LinkedHashMap<>();
                while (in.hasNext() && !atSection()) {
                    add(peers, in.nextProxy(), SlotText.parse(in));
                }
            } else if (in.nextIs(REPLICA)) {
                in.next(REPLICA);
                parseReplicas();
            } else {
                in.next(CONFIG);
                parseConfig();
            }
        }

        private void parseReplicas() {
            Map<NodeAddress, ProxyAddress> proxies = new LinkedHashMap<>();
            Map<NodeAddress, List<TaggedSlots>> slots = new LinkedHashMap<>();
            Map<NodeAddress, ProxyAddress> masters = new HashMap<>();
            while (in.hasNext() && !atSection()) {
                NodeAddress node = in.nextNode();
                proxies.put(node, in.nextProxy());
                TaggedSlots some = SlotText.parse(in);
                if (some.isStable() && some.rangeList().isEmpty()) {
                    masters.put(node, in.nextProxy());
                } else {
                    add(slots, node, some);
                }
            }
            replicas = new ArrayList<>();
            proxies.forEach((node, proxy) -> {
                List<TaggedSlots> some = slots.getOrDefault(node, List.of());
                replicas.add(new ReplicaNode(node, proxy, some, some.isEmpty() ? masters.get(node) : null));
            });
        }

        private void parseConfig() {
            config = ClusterConfig.DEFAULT;
            configIgnored = false;
            while (in.hasNext() && !atSection()) {
                String field = in.next("config field");
                if (!in.hasNext()) {
                    configIgnored = true;
                    break;
                }
                String value = in.next("config value");
                try {
                    config = config.with(field, value);
                } catch (ClusterConfig.InvalidFieldException e) {
                    configIgnored = true;
                }
            }
            if (configIgnored) {
                config = ClusterConfig.DEFAULT;
            }
        }

        private static <K> void add(Map<K, List<TaggedSlots>> map, K key, TaggedSlots slots) {
            map.computeIfAbsent(key, k -> new ArrayList<>()).add(slots);
        }
    }
}
