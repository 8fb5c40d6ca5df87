package io.undermoon.proxy.migration;

import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.Replies;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.slot.SlotRanges;
import io.undermoon.testsupport.FreePort;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.SetCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Two proxies with a Redis node each, of which the first has all slots. The test sends the metadata as a coordinator
 * does.
 */
final class TwoProxies implements AutoCloseable {
    static final SlotRanges MOVING = SlotRanges.of(0, 8000);
    static final SlotRanges STAYING = SlotRanges.of(8001, 16383);

    private static final ClusterName CLUSTER = new ClusterName("test");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long REPLY_MILLIS = 3000;

    RedisServerProcess sourceNode;
    RedisServerProcess destinationNode;
    volatile ProxyHarness source;
    volatile ProxyHarness destination;
    private final boolean active;
    private final MigrationSettings settings;
    private final long replyMillis;
    private final List<ProxyHarness> formerProxies = new ArrayList<>();
    private final List<RedisServerProcess> formerNodes = new ArrayList<>();
    private String sourceAddress;
    private String destinationAddress;
    private long epoch = 1;
    private long migrationEpoch;

    /** Whether the slots move back. */
    private boolean turned;

    TwoProxies(boolean active, String... options) {
        this(active, ProxyHarness.MIGRATIONS, options);
    }

    TwoProxies(boolean active, MigrationSettings settings, String... options) {
        this(active, settings, REPLY_MILLIS, options);
    }

    /** @param replyMillis how long the proxies wait for the replies of nodes */
    TwoProxies(boolean active, MigrationSettings settings, long replyMillis, String... options) {
        this.active = active;
        this.settings = settings;
        this.replyMillis = replyMillis;
        sourceNode = RedisServerProcess.start(options);
        destinationNode = RedisServerProcess.start(options);
        sourceAddress = sourceNode.address();
        destinationAddress = destinationNode.address();
        source = start();
        destination = start();
        settle(SlotRanges.ALL, SlotRanges.NONE);
    }

    /** Has the proxies know the source's node by another address, at which all slots are. */
    void sourceIsAt(String address) {
        sourceAddress = address;
        settle(SlotRanges.ALL, SlotRanges.NONE);
    }

    /** Has them know the destination's node by another address. */
    void destinationIsAt(String address) {
        destinationAddress = address;
        settle(SlotRanges.ALL, SlotRanges.NONE);
    }

    private ProxyHarness start() {
        return restart(FreePort.any());
    }

    /** Sends metadata without a migration. */
    void settle(SlotRanges atSource, SlotRanges atDestination) {
        epoch++;
        // Destinations are told first, as a coordinator does.
        tell(destination, destinationAddress, stable(atDestination), source, stable(atSource));
        tell(source, sourceAddress, stable(atSource), destination, stable(atDestination));
    }

    /** Sends metadata with a migration of {@link #MOVING} from the first node to the second. */
    void migrate() {
        defineMigration();
        tellDestination();
        tellSource();
    }

    /** Begins a migration of which the proxies do not know yet. */
    void defineMigration() {
        migrationEpoch = ++epoch;
    }

    void tellSource() {
        tell(source, sourceAddress, atSource(), destination, atDestination());
    }

    void tellDestination() {
        tell(destination, destinationAddress, atDestination(), source, atSource());
    }

    /** Sends the metadata of the commit. */
    void commit() {
        settle(turned ? SlotRanges.NONE : STAYING, turned ? SlotRanges.ALL : MOVING);
    }

    /** Exchanges source and destination, so that the next migration moves the slots back. */
    void turnRound() {
        ProxyHarness proxy = source;
        source = destination;
        destination = proxy;
        RedisServerProcess node = sourceNode;
        sourceNode = destinationNode;
        destinationNode = node;
        sourceAddress = sourceNode.address();
        destinationAddress = destinationNode.address();
        turned = !turned;
    }

    private List<TaggedSlots> atSource() {
        return turned ? List.of(task()) : List.of(TaggedSlots.stable(STAYING), task());
    }

    private List<TaggedSlots> atDestination() {
        TaggedSlots importing = new TaggedSlots(MOVING, new SlotState.Importing(meta()));
        return turned ? List.of(TaggedSlots.stable(STAYING), importing) : List.of(importing);
    }

    TaggedSlots task() {
        return new TaggedSlots(MOVING, new SlotState.Migrating(meta()));
    }

    MigrationTask migration() {
        return new MigrationTask(CLUSTER, task());
    }

    private MigrationMeta meta() {
        return new MigrationMeta(
                new Epoch(migrationEpoch),
                source.address(),
                new NodeAddress(sourceAddress),
                destination.address(),
                new NodeAddress(destinationAddress));
    }

    /** Restarts the source proxy under the same address, without its former state. */
    void restartSource() {
        int port = source.port();
        source.close();
        source = restart(port);
        tellSource();
    }

    /** Restarts the destination proxy likewise. */
    void restartDestination() {
        int port = destination.port();
        destination.close();
        destination = restart(port);
        tellDestination();
    }

    /**
     * Replaces the source node by a promoted replica behind a new proxy. The former proxy keeps running with the
     * metadata that it has.
     */
    void failOverSource(RedisServerProcess promoted) {
        formerProxies.add(source);
        formerNodes.add(sourceNode);
        sourceNode = promoted;
        sourceAddress = promoted.address();
        source = start();
        migrate();
    }

    /** Replaces the destination node likewise. */
    void failOverDestination(RedisServerProcess promoted) {
        formerProxies.add(destination);
        formerNodes.add(destinationNode);
        destinationNode = promoted;
        destinationAddress = promoted.address();
        destination = start();
        migrate();
    }

    private ProxyHarness restart(int port) {
        UnaryOperator<SessionSettings> sessions = active ? TwoMasters.active() : UnaryOperator.identity();
        return new ProxyHarness(port, 2, replyMillis, sessions, settings).migrating();
    }

    /** The progress of the migration at the source, which begins it soon after it has got the metadata. */
    MigrationProgress progress() {
        List<MigrationProgress> all = source.migrations().progress();
        if (all.isEmpty()) {
            all = await().atMost(LIMIT).until(() -> source.migrations().progress(), found -> !found.isEmpty());
        }
        return all.get(0);
    }

    /** Waits until some keys have been copied. */
    void awaitCopying() {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(1)).until(() -> {
            List<MigrationProgress> all = source.migrations().progress();
            return !all.isEmpty() && all.get(0).keysCopied() > 100;
        });
    }

    void awaitState(MigrationProgress.State state) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> {
            List<MigrationProgress> all = source.migrations().progress();
            return !all.isEmpty() && all.get(0).state() == state;
        });
    }

    void awaitSwitched() {
        awaitState(MigrationProgress.State.SWITCHED);
    }

    private static List<TaggedSlots> stable(SlotRanges slots) {
        return slots.isEmpty() ? List.of() : List.of(TaggedSlots.stable(slots));
    }

    private void tell(
            ProxyHarness proxy, String node, List<TaggedSlots> own, ProxyHarness peer, List<TaggedSlots> others) {
        Map<NodeAddress, List<TaggedSlots>> local = new LinkedHashMap<>();
        local.put(new NodeAddress(node), new ArrayList<>(own));
        Map<ProxyAddress, List<TaggedSlots>> peers = new LinkedHashMap<>();
        peers.put(peer.address(), others);
        proxy.topology()
                .apply(new SetCluster(
                        new Epoch(epoch), true, CLUSTER, local, peers, List.of(), ClusterConfig.DEFAULT, false));
    }

    /** A new replica of the destination's node that is in step with it. */
    RedisServerProcess replicaOfDestination() {
        RedisServerProcess replica =
                RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(destinationNode.port()));
        try (RespConnection connection = replica.connect()) {
            await().atMost(LIMIT)
                    .until(() ->
                            Replies.text(connection.call("INFO", "replication")).contains("master_link_status:up"));
        }
        return replica;
    }

    RespConnection connectToSource() {
        return RespConnection.to(source.port());
    }

    RespConnection connectToDestination() {
        return RespConnection.to(destination.port());
    }

    @Override
    public void close() {
        formerProxies.forEach(ProxyHarness::close);
        formerNodes.forEach(RedisServerProcess::close);
        source.close();
        destination.close();
        sourceNode.close();
        destinationNode.close();
    }
}
