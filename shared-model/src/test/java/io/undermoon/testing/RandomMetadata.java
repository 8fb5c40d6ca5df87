package io.undermoon.testing;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterLimits;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.metadata.Tenancy;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetRepl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Random metadata from a seed: legal, but not a cluster that makes sense. */
public final class RandomMetadata {
    private static final String[] HOSTS = {"127.0.0.1", "node-1.example.org", "[::1]", "h"};
    private static final String NAME_CHARACTERS = "ABCXYZabcxyz0189@-_";

    private final SplittableRandom random;
    private final RandomSlots slots;

    public RandomMetadata(long seed) {
        this.random = new SplittableRandom(seed);
        this.slots = new RandomSlots(random);
    }

    public SplittableRandom random() {
        return random;
    }

    public SetCluster setCluster() {
        boolean free = random.nextInt(8) == 0;
        Map<NodeAddress, List<TaggedSlots>> local = new LinkedHashMap<>();
        Map<ProxyAddress, List<TaggedSlots>> peers = new LinkedHashMap<>();
        Map<NodeAddress, ReplicaNode> replicas = new LinkedHashMap<>();
        if (!free) {
            some(2, this::nodeAddress).forEach(node -> local.put(node, someTaggedSlots()));
            some(4, this::proxyAddress).forEach(proxy -> peers.put(proxy, someTaggedSlots()));
            some(3, this::nodeAddress).forEach(node -> replicas.put(node, replica(node)));
        }
        return new SetCluster(
                epoch(),
                random.nextBoolean(),
                free ? null : clusterName(),
                local,
                peers,
                List.copyOf(replicas.values()),
                config(),
                false);
    }

    private ReplicaNode replica(NodeAddress node) {
        List<TaggedSlots> some = someTaggedSlots();
        boolean none = some.stream().allMatch(range -> range.rangeList().isEmpty());
        return new ReplicaNode(node, proxyAddress(), some, none ? proxyAddress() : null);
    }

    public SetRepl setRepl() {
        List<SetRepl.Entry> entries = new ArrayList<>();
        for (Role role : some(3, () -> random.nextBoolean() ? Role.MASTER : Role.REPLICA)) {
            List<ReplPeer> peers = some(3, () -> new ReplPeer(nodeAddress(), proxyAddress()));
            entries.add(new SetRepl.Entry(role, random.nextInt(5) == 0 ? null : clusterName(), nodeAddress(), peers));
        }
        return new SetRepl(epoch(), random.nextBoolean(), entries, random.nextBoolean() ? null : tenancy());
    }

    private Tenancy tenancy() {
        return new Tenancy(
                id(),
                random.nextBoolean() ? null : id(),
                some(3, () -> new PastUse(id(), epoch())),
                some(3, () -> new PastUse(id(), epoch())),
                null);
    }

    private String id() {
        return Integer.toHexString(random.nextInt());
    }

    public MigrationTask migrationTask() {
        SlotState tag = random.nextBoolean() ? new SlotState.Migrating(meta()) : new SlotState.Importing(meta());
        return new MigrationTask(clusterName(), new TaggedSlots(slots.someRanges(), tag));
    }

    public MigrationProgress migrationProgress() {
        return new MigrationProgress(
                migrationTask().slotRange(),
                List.of(MigrationProgress.Side.values()).get(random.nextInt(2)),
                List.of(MigrationProgress.State.values()).get(random.nextInt(9)),
                number(),
                number(),
                number(),
                number(),
                number(),
                number(),
                number(),
                number(),
                number(),
                number(),
                number(),
                random.nextBoolean() ? "" : "OOM command not allowed when used memory > 'maxmemory'.");
    }

    private long number() {
        return random.nextBoolean() ? 0 : random.nextLong(Long.MAX_VALUE);
    }

    private List<TaggedSlots> someTaggedSlots() {
        return random.nextInt(4) == 0 ? List.of() : taggedSlots();
    }

    private List<TaggedSlots> taggedSlots() {
        List<TaggedSlots> list = some(2, this::tagged);
        list.add(tagged());
        return list;
    }

    private TaggedSlots tagged() {
        SlotState tag = switch (random.nextInt(3)) {
            case 0 -> new SlotState.Migrating(meta());
            case 1 -> new SlotState.Importing(meta());
            default -> SlotState.STABLE;
        };
        return new TaggedSlots(slots.ranges(), tag);
    }

    private MigrationMeta meta() {
        return new MigrationMeta(epoch(), proxyAddress(), nodeAddress(), proxyAddress(), nodeAddress());
    }

    private Epoch epoch() {
        return new Epoch(random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextInt(1000));
    }

    private ClusterName clusterName() {
        int length = 1 + random.nextInt(ClusterName.MAX_LENGTH);
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < length; i++) {
            name.append(NAME_CHARACTERS.charAt(random.nextInt(NAME_CHARACTERS.length())));
        }
        return new ClusterName(name.toString());
    }

    private ClusterConfig config() {
        CompressionStrategy strategy =
                List.of(CompressionStrategy.values()).get(random.nextInt(CompressionStrategy.values().length));
        return new ClusterConfig(
                strategy,
                new MigrationConfig(
                        random.nextInt(9), random.nextInt(99), random.nextLong(Long.MAX_VALUE), 1 + random.nextInt(9)),
                random.nextBoolean() ? null : 1 + random.nextLong(Long.MAX_VALUE),
                random.nextBoolean() ? null : 1,
                null,
                random.nextBoolean() ? null : new ClusterLimits(null, 1 + random.nextLong(Long.MAX_VALUE), 1L));
    }

    private NodeAddress nodeAddress() {
        return new NodeAddress(HOSTS[random.nextInt(HOSTS.length)] + ":" + (7000 + random.nextInt(50)));
    }

    private ProxyAddress proxyAddress() {
        return new ProxyAddress(HOSTS[random.nextInt(HOSTS.length)] + ":" + (1 + random.nextInt(65535)));
    }

    private <T> List<T> some(int max, Supplier<T> supplier) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(max + 1); i > 0; i--) {
            list.add(supplier.get());
        }
        return list;
    }
}
