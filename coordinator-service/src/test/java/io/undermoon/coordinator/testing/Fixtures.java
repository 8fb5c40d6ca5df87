package io.undermoon.coordinator.testing;

import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Small pieces of metadata. Proxy {@code n} is {@code 10.0.0.n:5299} with nodes {@code 10.0.0.n:7001} and
 * {@code :7002}.
 */
public final class Fixtures {
    public static final ClusterName ORDERS = new ClusterName("orders");

    private Fixtures() {}

    public static ProxyAddress proxy(int n) {
        return new ProxyAddress("10.0.0." + n + ":5299");
    }

    public static NodeAddress node(int proxy, int index) {
        return new NodeAddress("10.0.0." + proxy + ":700" + index);
    }

    public static Epoch epoch(long value) {
        return new Epoch(value);
    }

    public static MigrationMeta move(int from, int to) {
        return new MigrationMeta(epoch(3), proxy(from), node(from, 1), proxy(to), node(to, 1));
    }

    public static TaggedSlots stable(int start, int end) {
        return TaggedSlots.stable(SlotRanges.of(start, end));
    }

    public static TaggedSlots leaving(int start, int end, int from, int to) {
        return new TaggedSlots(SlotRanges.of(start, end), new SlotState.Migrating(move(from, to)));
    }

    public static TaggedSlots coming(int start, int end, int from, int to) {
        return new TaggedSlots(SlotRanges.of(start, end), new SlotState.Importing(move(from, to)));
    }

    public static MigrationTask task(TaggedSlots slots) {
        return new MigrationTask(ORDERS, slots);
    }

    /** A cluster of the proxies given, each with one master, which has the slots given, and one replica. */
    public static Cluster cluster(ClusterName name, long epoch, Map<Integer, List<TaggedSlots>> slotsByProxy) {
        List<Node> nodes = new ArrayList<>();
        slotsByProxy.forEach((n, slots) -> {
            nodes.add(new Node(node(n, 1), proxy(n), slots, new ReplMeta(Role.MASTER, List.of())));
            nodes.add(new Node(node(n, 2), proxy(n), List.of(), new ReplMeta(Role.REPLICA, List.of())));
        });
        return new Cluster(name, epoch(epoch), nodes, ClusterConfig.DEFAULT, null);
    }
}
