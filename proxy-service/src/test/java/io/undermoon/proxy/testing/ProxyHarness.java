package io.undermoon.proxy.testing;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.BackendEncryption;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.NodeRuns;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.config.ListenPoint;
import io.undermoon.proxy.control.ControlSettings;
import io.undermoon.proxy.control.info.InfoProcess.SubscribedNames;
import io.undermoon.proxy.control.umctl.LeaseCommands;
import io.undermoon.proxy.dispatch.DispatchServices;
import io.undermoon.proxy.dispatch.Dispatcher;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.gather.ChangesForPeers;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import io.undermoon.proxy.lease.renewal.LeaseRenewal;
import io.undermoon.proxy.migration.MigrationSettings;
import io.undermoon.proxy.migration.Migrations;
import io.undermoon.proxy.monitor.Monitors;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.replication.StepDown;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.server.ControlCommands;
import io.undermoon.proxy.server.ControlServices;
import io.undermoon.proxy.server.DataPlane;
import io.undermoon.proxy.session.SessionInitializer;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.Self;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.usage.Usage;
import io.undermoon.slot.SlotRanges;
import io.undermoon.testsupport.FreePort;
import io.undermoon.umctl.SetCluster;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A proxy without Quarkus, broker or replication: the data plane, and the commands that the proxy answers itself. */
public final class ProxyHarness implements AutoCloseable {
    /** Settings of migrations whose keys are soon cleaned up. */
    public static final MigrationSettings MIGRATIONS =
            new MigrationSettings(0, 0, 200, 0, MigrationSettings.ReplicaAck.CONNECTED);

    private static final ClusterName CLUSTER = new ClusterName("test");

    private final Lease lease = new Lease(LeaseClock.SYSTEM);
    private final DataPlane dataPlane;
    private final TopologyStore topology;
    private final Migrations migrations;
    private final ProxyAddress address;
    private final ProxyAddress replicaAddress;
    private volatile boolean replicasReadable = true;
    private long epoch;
    private ClusterConfig config = ClusterConfig.DEFAULT;

    /** Starts a proxy with one event loop and the default settings. */
    public static ProxyHarness start() {
        return start(1, UnaryOperator.identity());
    }

    public static ProxyHarness start(int threads, UnaryOperator<SessionSettings> change) {
        return new ProxyHarness(FreePort.any(), threads, Transport.best(), change);
    }

    /** Starts a proxy with one event loop that also listens for clients that it serves as a replica. */
    public static ProxyHarness startWithReplicaPort(UnaryOperator<SessionSettings> change) {
        return new ProxyHarness(
                FreePort.any(), FreePort.any(), 1, Transport.best(), 1000, 3000, 10_000, change, MIGRATIONS);
    }

    /** Starts a proxy with one event loop, of whose connections few may serve a single client each. */
    public static ProxyHarness startWithPinnedConnections(int max) {
        int port = FreePort.any();
        return new ProxyHarness(
                port, port, 1, Transport.best(), max, 3000, 10_000, UnaryOperator.identity(), MIGRATIONS);
    }

    /** Starts a proxy with one event loop and other time limits for the replies of nodes. */
    public static ProxyHarness startWithTimeouts(long replyMillis, long silenceMillis) {
        int port = FreePort.any();
        return new ProxyHarness(
                port,
                port,
                1,
                Transport.best(),
                1000,
                replyMillis,
                silenceMillis,
                UnaryOperator.identity(),
                MIGRATIONS);
    }

    public ProxyHarness(int port, int threads, Transport transport, UnaryOperator<SessionSettings> change) {
        this(port, port, threads, transport, 1000, 3000, 10_000, change, MIGRATIONS);
    }

    /** Starts a proxy with certain settings for migrations. */
    public ProxyHarness(
            int port, int threads, UnaryOperator<SessionSettings> change, MigrationSettings migrationSettings) {
        this(port, threads, 3000, change, migrationSettings);
    }

    /** Starts a proxy with another time limit for the replies of nodes, too. */
    public ProxyHarness(
            int port,
            int threads,
            long replyMillis,
            UnaryOperator<SessionSettings> change,
            MigrationSettings migrationSettings) {
        this(port, port, threads, Transport.best(), 1000, replyMillis, 10_000, change, migrationSettings);
    }

    /**
     * @param replicaPort the same as {@code port} for none
     */
    private ProxyHarness(
            int port,
            int replicaPort,
            int threads,
            Transport transport,
            int maxPinned,
            long replyTimeoutMillis,
            long silenceTimeoutMillis,
            UnaryOperator<SessionSettings> change,
            MigrationSettings migrationSettings) {
        CommandCatalog commands = new CommandCatalog();
        address = new ProxyAddress("127.0.0.1:" + port);
        replicaAddress = new ProxyAddress("127.0.0.1:" + replicaPort);
        Endpoints endpoints = new Endpoints();
        topology = new TopologyStore(new Self(address, replicaAddress, Set.of()), endpoints);
        BackendSettings backends = new BackendSettings(
                1000,
                replyTimeoutMillis,
                silenceTimeoutMillis,
                1 << 20,
                maxPinned,
                BackendSettings.Login.NONE,
                BackendSettings.Login.NONE,
                BackendEncryption.NONE);
        dataPlane = new DataPlane(transport, threads, backends, NodeRuns.ALL, commands.idLimit(), lease);
        SessionSettings settings = change.apply(new SessionSettings(false, 4, 1024, false, "", 0));
        ClientRegistry clients = new ClientRegistry(ClientLimits.DEFAULT);
        Guard guard = new Guard(new AccessControl(commands.current(), null, List.of()));
        SlowLog slowLog = new SlowLog(128, 50_000, 1000);
        HostPort listen = new HostPort("127.0.0.1", port);
        LeaseRenewal renewal = new LeaseRenewal(
                lease,
                topology,
                new NodeClient(dataPlane.controlConnections()),
                endpoints,
                dataPlane.controlConnections().loop().eventLoop(),
                dataPlane::followLease);
        migrations = new Migrations(
                dataPlane.migrationConnections(),
                dataPlane.connections(),
                topology,
                endpoints,
                commands,
                migrationSettings);
        Usage usage = new Usage(false);
        SubscriptionCounts subscriptions = new SubscriptionCounts();
        ControlCommands local = new ControlCommands(new ControlServices(
                commands,
                topology,
                clients,
                guard,
                null,
                slowLog,
                dataPlane.stats(),
                usage,
                new NodeClient(dataPlane.controlConnections()),
                endpoints,
                List::of,
                migrations,
                new StepDown(topology, dataPlane.connections(), dataPlane.controlConnections(), endpoints),
                new ControlFixture.ScriptedControlPlane(),
                new LeaseCommands(topology, lease, renewal),
                new SubscribedNames(subscriptions::channels, subscriptions::patterns, subscriptions::shardChannels),
                new ControlSettings(
                        "test",
                        listen,
                        true,
                        true,
                        threads,
                        1,
                        settings.activeRedirection(),
                        settings.maxRedirections(),
                        false),
                () -> {}));
        DispatchServices services = new DispatchServices(
                commands,
                topology,
                new Router(node -> replicasReadable, settings),
                local,
                guard,
                slowLog,
                subscriptions,
                new Monitors(),
                new ChangesForPeers(),
                usage);
        dataPlane.follow(topology);
        topology.onChange(now -> clients.clusterMeter().limits(now.clientLimits()));
        dataPlane.start(
                replicaPort == port
                        ? List.of(ListenPoint.plain(listen))
                        : List.of(
                                ListenPoint.plain(listen),
                                ListenPoint.plain(listen).forReplicas(replicaPort - port)),
                new SessionInitializer(
                        dataPlane.sessionLoops(),
                        clients,
                        guard.access(),
                        settings,
                        loop -> new Dispatcher(loop, services)));
    }

    public int port() {
        return address.port();
    }

    public ProxyAddress address() {
        return address;
    }

    /** Where the proxy serves as a replica; its only address if it does so nowhere else. */
    public ProxyAddress replicaAddress() {
        return replicaAddress;
    }

    /** The connections of each event loop that serves clients. */
    public List<NodeConnections> connections() {
        return dataPlane.connections();
    }

    public ProxyStats stats() {
        return dataPlane.stats();
    }

    /** The lease of the proxy, which nobody renews. */
    public Lease lease() {
        return lease;
    }

    public TopologyStore topology() {
        return topology;
    }

    /** Has the proxy serve all slots with one local node. */
    public void serveAllFrom(int redisPort) {
        serve(Map.of(redisPort, SlotRanges.ALL), Map.of());
    }

    /** Has the proxy serve slots with local nodes, and know who serves others. */
    public void serve(Map<Integer, SlotRanges> localByPort, Map<ProxyAddress, SlotRanges> peers) {
        Map<NodeAddress, List<TaggedSlots>> local = new LinkedHashMap<>();
        localByPort.forEach(
                (port, slots) -> local.put(new NodeAddress("127.0.0.1:" + port), List.of(TaggedSlots.stable(slots))));
        Map<ProxyAddress, List<TaggedSlots>> others = new LinkedHashMap<>();
        peers.forEach((peer, slots) -> others.put(peer, List.of(TaggedSlots.stable(slots))));
        topology.apply(new SetCluster(new Epoch(++epoch), false, CLUSTER, local, others, List.of(), config, false));
    }

    /** Has the proxy serve what it serves now with other settings of the cluster. */
    public void configure(String field, String value) {
        config = config.with(field, value);
        SetCluster now = topology.current().cluster();
        topology.apply(new SetCluster(
                new Epoch(++epoch), false, CLUSTER, now.local(), now.peers(), now.replicas(), config, false));
    }

    /** Has the proxy serve all slots with a local node, of which another proxy holds a replica. */
    public void serveAllWithReplica(int redisPort, int replicaPort, ProxyAddress replicaProxy) {
        List<TaggedSlots> all = List.of(TaggedSlots.stable(SlotRanges.ALL));
        topology.apply(new SetCluster(
                new Epoch(++epoch),
                false,
                CLUSTER,
                Map.of(new NodeAddress("127.0.0.1:" + redisPort), all),
                Map.of(),
                List.of(new ReplicaNode(new NodeAddress("127.0.0.1:" + replicaPort), replicaProxy, all)),
                ClusterConfig.DEFAULT,
                false));
    }

    /** Has the proxy serve nothing itself but hold a replica of all slots, whose master is behind another proxy. */
    public void replicate(int redisPort, ProxyAddress master) {
        NodeAddress node = new NodeAddress("127.0.0.1:" + redisPort);
        List<TaggedSlots> all = List.of(TaggedSlots.stable(SlotRanges.ALL));
        topology.apply(new SetCluster(
                new Epoch(++epoch),
                false,
                CLUSTER,
                Map.of(),
                Map.of(master, all),
                List.of(new ReplicaNode(node, replicaAddress, all)),
                config,
                false));
    }

    /** Says whether the replicas behind the proxy are up to date. */
    public void replicasReadable(boolean readable) {
        replicasReadable = readable;
    }

    /** Has the proxy carry out the migrations of its metadata from now on. */
    public ProxyHarness migrating() {
        migrations.start();
        return this;
    }

    public Migrations migrations() {
        return migrations;
    }

    @Override
    public void close() {
        migrations.close();
        dataPlane.close();
    }

    /** Serves one Redis node until it is killed: {@code <port> <redis port> <threads>}. */
    public static void main(String[] args) {
        ProxyHarness proxy = new ProxyHarness(
                Integer.parseInt(args[0]), Integer.parseInt(args[2]), Transport.best(), UnaryOperator.identity());
        proxy.serveAllFrom(Integer.parseInt(args[1]));
    }
}
