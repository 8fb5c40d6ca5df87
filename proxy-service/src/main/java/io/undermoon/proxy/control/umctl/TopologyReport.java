package io.undermoon.proxy.control.umctl;

import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.SlotRange;
import io.undermoon.umctl.SetRepl;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The replies to {@code UMCTL INFO} and {@code INFOREPL}: the current metadata, in the nested arrays of the original
 * Undermoon.
 */
final class TopologyReport {
    /** The first state of a migration of the original, reported for all; details are in {@code UMCTL MIGRATIONS}. */
    private static final String MIGRATION_STATE = "PRE_CHECK";

    private TopologyReport() {}

    /** The name of the cluster; empty without a cluster. */
    public static String name(Topology topology) {
        return topology.clusterName() == null ? "" : topology.clusterName().value();
    }

    static RespValue all(Topology topology) {
        return array(
                text("Cluster"),
                array(text(name(topology)), text("local"), local(topology), text("peer"), peers(topology)),
                text("Replication"),
                replication(topology),
                text("Migration"),
                migrations(topology));
    }

    /** One array for each node, masters first. */
    static RespValue replication(Topology topology) {
        List<RespValue> nodes = topology.replication().entries().stream()
                .sorted(Comparator.comparing(SetRepl.Entry::role))
                .map(TopologyReport::replicator)
                .toList();
        return new RespValue.Array(nodes);
    }

    private static RespValue replicator(SetRepl.Entry entry) {
        String peerRole = entry.role() == Role.MASTER ? "replica" : "master";
        List<RespValue> lines = new ArrayList<>();
        lines.add(text("cluster:"
                + (entry.clusterName() == null ? "" : entry.clusterName().value()) + "\n"));
        lines.add(text("role:" + entry.role().wireName() + "\n"));
        lines.add(text("node_address:" + entry.node() + "\n"));
        entry.peers()
                .forEach(peer ->
                        lines.add(text(peerRole + ":" + peer.nodeAddress() + "@" + peer.proxyAddress() + "\n")));
        return new RespValue.Array(lines);
    }

    private static RespValue local(Topology topology) {
        List<RespValue> items = new ArrayList<>();
        items.add(text("name: " + name(topology)));
        items.add(text("epoch: " + topology.epoch()));
        items.add(text("nodes:"));
        addOwners(topology.cluster().local(), items);
        return new RespValue.Array(items);
    }

    private static RespValue peers(Topology topology) {
        List<RespValue> items = new ArrayList<>();
        items.add(text("peers:"));
        addOwners(topology.cluster().peers(), items);
        return new RespValue.Array(items);
    }

    private static void addOwners(Map<?, List<TaggedSlots>> owners, List<RespValue> items) {
        owners.forEach((address, slots) -> items.add(array(
                text(address.toString()),
                new RespValue.Array(slots.stream().map(TopologyReport::slots).toList()))));
    }

    private static RespValue slots(TaggedSlots slots) {
        MigrationMeta meta = meta(slots);
        if (meta == null) {
            return array(text(ranges(slots)));
        }
        return array(
                text(meta.epoch().toString()),
                text("src_proxy: " + meta.srcProxyAddress()),
                text("src_node: " + meta.srcNodeAddress()),
                text("dst_proxy: " + meta.dstProxyAddress()),
                text("dst_node: " + meta.dstNodeAddress()),
                text(ranges(slots)));
    }

    private static RespValue migrations(Topology topology) {
        List<RespValue> items = new ArrayList<>();
        items.add(text("name: " + name(topology)));
        for (List<TaggedSlots> node : topology.cluster().local().values()) {
            for (TaggedSlots slots : node) {
                MigrationMeta meta = meta(slots);
                if (meta != null) {
                    items.add(text(ranges(slots) + " " + meta.srcNodeAddress() + " -> " + meta.dstNodeAddress() + " "
                            + MIGRATION_STATE));
                }
            }
        }
        return new RespValue.Array(items);
    }

    private static @Nullable MigrationMeta meta(TaggedSlots slots) {
        if (slots.tag() instanceof SlotState.Migrating migrating) {
            return migrating.meta();
        }
        return slots.tag() instanceof SlotState.Importing importing ? importing.meta() : null;
    }

    private static String ranges(TaggedSlots slots) {
        List<SlotRange> ranges = slots.rangeList().ranges();
        return ranges.size() + " " + ranges.stream().map(SlotRange::toString).collect(Collectors.joining(" "));
    }

    private static RespValue text(String text) {
        return new RespValue.Bulk(text);
    }

    private static RespValue array(RespValue... items) {
        return new RespValue.Array(List.of(items));
    }
}
