package io.undermoon.proxy.migration;

import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.SetCluster;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Three proxies of which the first two have a Redis node each, and the third has no slots. {@link TwoProxies#MOVING}
 * move between the nodes as often as wanted; the other slots stay at the first one. The test sends the metadata as a
 * coordinator does.
 */
final class ThreeProxies implements AutoCloseable {
    private static final ClusterName CLUSTER = new ClusterName("test");

    final List<RedisServerProcess> nodes = List.of(RedisServerProcess.start(), RedisServerProcess.start());
    final List<ProxyHarness> proxies;

    /** The proxy that has {@link TwoProxies#MOVING}. */
    private int owner;

    private long epoch;
    private TaggedSlots moving = TaggedSlots.stable(TwoProxies.MOVING);

    /** Proxies with active redirection that carry out the migrations they are told of. */
    ThreeProxies() {
        this(true);
    }

    /**
     * @param migrating whether the proxies carry out migrations, else the test says who owns the slots; they have one
     *     event loop each then, so that all clients of a proxy share its connections
     */
    ThreeProxies(boolean migrating) {
        this(() -> migrating
                ? ProxyHarness.start(2, TwoMasters.active()).migrating()
                : ProxyHarness.start(1, TwoMasters.active()));
    }

    private ThreeProxies(Supplier<ProxyHarness> start) {
        proxies = List.of(start.get(), start.get(), start.get());
        tell(List.of(0, 1, 2), slots(owner, TaggedSlots.stable(TwoProxies.MOVING), List.of()));
    }

    /** Proxies that carry out migrations and redirect clients. */
    static ThreeProxies redirecting() {
        return new ThreeProxies(() -> ProxyHarness.start().migrating());
    }

    RespConnection connect(int proxy) {
        return RespConnection.to(proxies.get(proxy).port());
    }

    /** Begins to move the slots from the node that has them to the other one. */
    void begin() {
        int destination = 1 - owner;
        MigrationMeta meta = new MigrationMeta(
                new Epoch(++epoch),
                proxies.get(owner).address(),
                node(owner),
                proxies.get(destination).address(),
                node(destination));
        moving = new TaggedSlots(TwoProxies.MOVING, new SlotState.Migrating(meta));
        tell(
                List.of(destination, owner, 2),
                slots(owner, moving, List.of(new TaggedSlots(TwoProxies.MOVING, new SlotState.Importing(meta)))));
    }

    /** Waits until the other node has the slots, and commits. */
    void end() {
        awaitSwitched();
        commit();
    }

    void awaitSwitched() {
        ProxyHarness source = proxies.get(owner);
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> {
                    List<MigrationProgress> all = source.migrations().progress();
                    return !all.isEmpty() && all.get(0).state() == MigrationProgress.State.SWITCHED;
                });
    }

    void commit() {
        owner = 1 - owner;
        tell(List.of(owner, 1 - owner, 2), slots(owner, TaggedSlots.stable(TwoProxies.MOVING), List.of()));
    }

    /** Says at the source who owns the moving slots. */
    void own(SlotOwnership ownership) {
        proxies.get(owner).topology().setOwnership(moving, ownership);
    }

    /** The slots of both proxies when the moving ones are tagged like this at one, and at the other like that. */
    private static List<List<TaggedSlots>> slots(int owner, TaggedSlots atOwner, List<TaggedSlots> atOther) {
        TaggedSlots staying = TaggedSlots.stable(TwoProxies.STAYING);
        return owner == 0
                ? List.of(List.of(staying, atOwner), atOther)
                : List.of(concat(staying, atOther), List.of(atOwner));
    }

    private static List<TaggedSlots> concat(TaggedSlots first, List<TaggedSlots> others) {
        return others.isEmpty() ? List.of(first) : List.of(first, others.get(0));
    }

    private NodeAddress node(int proxy) {
        return new NodeAddress(nodes.get(proxy).address());
    }

    private void tell(List<Integer> order, List<List<TaggedSlots>> slots) {
        epoch++;
        for (int told : order) {
            Map<NodeAddress, List<TaggedSlots>> local = new LinkedHashMap<>();
            Map<ProxyAddress, List<TaggedSlots>> peers = new LinkedHashMap<>();
            for (int i = 0; i < 2; i++) {
                if (i == told) {
                    local.put(node(i), slots.get(i));
                } else {
                    peers.put(proxies.get(i).address(), slots.get(i));
                }
            }
            if (told != 2) {
                peers.put(proxies.get(2).address(), List.of());
            }
            proxies.get(told)
                    .topology()
                    .apply(new SetCluster(
                            new Epoch(epoch), true, CLUSTER, local, peers, List.of(), ClusterConfig.DEFAULT, false));
        }
    }

    @Override
    public void close() {
        proxies.forEach(ProxyHarness::close);
        nodes.forEach(RedisServerProcess::close);
    }
}
