package io.undermoon.proxy.server;

import io.undermoon.config.InvalidSettingException;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.config.ProxyConfig;
import io.undermoon.proxy.config.ProxySettings;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.acl.UsersFile;
import io.undermoon.proxy.control.command.CommandLearning;
import io.undermoon.proxy.control.info.InfoProcess.SubscribedNames;
import io.undermoon.proxy.control.umctl.LeaseCommands;
import io.undermoon.proxy.dispatch.DispatchServices;
import io.undermoon.proxy.dispatch.Dispatcher;
import io.undermoon.proxy.forward.Router;
import io.undermoon.proxy.gather.ChangesForPeers;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import io.undermoon.proxy.lease.renewal.LeaseRenewal;
import io.undermoon.proxy.migration.Migrations;
import io.undermoon.proxy.monitor.Monitors;
import io.undermoon.proxy.node.ForeignClients;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.replication.ClearedRuns;
import io.undermoon.proxy.replication.NodeStatus;
import io.undermoon.proxy.replication.ReplicaLag;
import io.undermoon.proxy.replication.ReplicationDriver;
import io.undermoon.proxy.replication.StepDown;
import io.undermoon.proxy.replication.TakeoverRule;
import io.undermoon.proxy.replication.WantedRole;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.session.SessionInitializer;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.tenancy.NodeMarks;
import io.undermoon.proxy.topology.ApplyResult;
import io.undermoon.proxy.topology.Self;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.usage.Usage;
import io.undermoon.tls.TlsContext;
import io.undermoon.umctl.MigrationProgress;
import io.undermoon.umctl.SetMeta;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The wiring of a proxy in plain Java: made once, started once, closed once. */
final class ProxyServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ProxyServer.class);

    /** Longer than any time-out for a node that does not answer: a day. */
    private static final long OUTDATED_MILLIS = 86_400_000;

    private final ProxySettings settings;
    private final CommandCatalog commands = new CommandCatalog();
    private final ClientRegistry clients;
    private final TopologyStore topology;
    private final DataPlane dataPlane;
    private final ReplicationDriver replication;
    private final Lease lease = new Lease(LeaseClock.SYSTEM);
    private final LeaseRenewal renewal;
    private final FormerPeers formerPeers;
    private final ReplicaLag replicaLag;
    private final NodeMarks marks;
    private final ForeignClients foreignClients;
    private final CommandLearning learning;
    private final Migrations migrations;
    private final AccessControl access;
    private final DispatchServices dispatch;
    private final ControlCommands local;
    private final @Nullable UsersFile usersFile;
    private final BrokerControlPlane controlPlane;
    private boolean closed;

    /**
     * @param shutdown run by {@code UMCTL SHUTDOWN}; begins to end the process and returns at once
     */
    ProxyServer(ProxySettings settings, Runnable shutdown) {
        this.settings = settings;
        this.clients = new ClientRegistry(settings.limits());
        Endpoints endpoints = new Endpoints();
        Set<NodeAddress> nodes = Set.copyOf(settings.nodes());
        ProxyConfig config = settings.config();
        SlowLog slowLog = new SlowLog(config.slowlogLen(), config.slowlogLogSlowerThan(), config.slowlogSampleRate());
        topology = new TopologyStore(new Self(settings.self(), settings.replicaAddress(), nodes), endpoints);
        ClearedRuns runs = new ClearedRuns(topology);
        dataPlane = new DataPlane(
                Transport.best(),
                settings.threads(),
                settings.backends()
                        .as(new BackendSettings.Identity(
                                ForeignClients.nameOf(settings.self()), topology::installation)),
                runs,
                commands.idLimit(),
                lease);
        replication = new ReplicationDriver(
                dataPlane.controlConnections(),
                endpoints,
                settings.replication(),
                runs,
                nodes,
                new TakeoverRule(lease, config.leaseTrustRefused()));
        access = new AccessControl(
                commands.current(),
                config.password().orElse(null),
                Stream.concat(config.controlSecret().stream(), config.acceptedControlSecret().stream())
                        .toList());
        commands.onChange(access::follow);
        Guard guard = new Guard(access);
        usersFile = config.usersFile()
                .map(file -> new UsersFile(Path.of(file), access, () -> guard.enforce(clients)))
                .orElse(null);
        migrations = new Migrations(
                dataPlane.migrationConnections(),
                dataPlane.connections(),
                topology,
                endpoints,
                commands,
                settings.migrations());
        NodeClient nodeClient = new NodeClient(dataPlane.controlConnections());
        renewal = new LeaseRenewal(
                lease,
                topology,
                nodeClient,
                endpoints,
                dataPlane.controlConnections().loop().eventLoop(),
                dataPlane::followLease);
        formerPeers = new FormerPeers(
                topology,
                nodeClient,
                endpoints,
                dataPlane.controlConnections().loop().eventLoop());
        replicaLag = new ReplicaLag(
                nodeClient,
                endpoints,
                settings.replicaLag(),
                settings.replication().checkInterval(),
                replication::statuses,
                this::maxLagOnFailover);
        foreignClients = new ForeignClients(
                nodeClient,
                endpoints,
                () -> nodes().stream().map(NodeStatus::node).toList(),
                ForeignClients.nameOf(settings.self()),
                this::mayWrite,
                System::nanoTime);
        marks = new NodeMarks(
                nodeClient,
                dataPlane.controlConnections().loop().eventLoop(),
                endpoints,
                topology,
                nodes,
                settings.replication().checkInterval());
        controlPlane = BrokerControlPlane.of(settings, topology);
        SubscriptionCounts subscriptions = new SubscriptionCounts();
        Usage usage = new Usage(config.clusterSlotStatsEnabled());
        ControlServices services = new ControlServices(
                commands,
                topology,
                clients,
                guard,
                usersFile,
                slowLog,
                dataPlane.stats(),
                usage,
                nodeClient,
                endpoints,
                this::nodeStates,
                migrations,
                new StepDown(topology, dataPlane.connections(), dataPlane.controlConnections(), endpoints),
                controlPlane,
                new LeaseCommands(topology, lease, renewal),
                new SubscribedNames(subscriptions::channels, subscriptions::patterns, subscriptions::shardChannels),
                settings.control(),
                shutdown);
        local = new ControlCommands(services);
        learning = new CommandLearning(
                commands,
                nodeClient,
                endpoints,
                topology,
                this::nodeStates,
                dataPlane.controlConnections().loop().eventLoop());
        Router router = new Router(this::isReadable, settings.sessions());
        dispatch = new DispatchServices(
                commands,
                topology,
                router,
                local,
                guard,
                slowLog,
                subscriptions,
                new Monitors(),
                new ChangesForPeers(),
                usage);
    }

    /**
     * Begins to watch the nodes, then to serve clients.
     *
     * @throws IllegalStateException the address cannot be listened on
     */
    void start() {
        String problem = usersFile == null ? null : usersFile.load();
        if (problem != null) {
            throw new InvalidSettingException(
                    "users_file", settings.config().usersFile().orElse(""), problem);
        }
        renewal.start();
        formerPeers.start();
        marks.start();
        replication.start(topology);
        replicaLag.start(dataPlane.controlConnections().loop().eventLoop());
        foreignClients.start(
                dataPlane.controlConnections().loop().eventLoop(),
                settings.config().nodeClientsInterval());
        learning.start(settings.replication().checkInterval().toMillis());
        migrations.start();
        controlPlane.start();
        dataPlane.follow(topology);
        topology.onChange(now -> clients.clusterMeter().limits(now.clientLimits()));
        SessionInitializer sessions = new SessionInitializer(
                dataPlane.sessionLoops(), clients, access, settings.sessions(), loop -> new Dispatcher(loop, dispatch));
        dataPlane.start(settings.listenPoints(), sessions);
    }

    /** Stops accepting, waits for commands in flight, closes. Not to be called on an event loop. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        controlPlane.close();
        replication.close();
        migrations.close();
        dataPlane.close(settings.config().shutdownGrace());
    }

    /** The contents of the TLS files; absent when no connection is encrypted. */
    @Nullable
    TlsContext tls() {
        return settings.tls().context();
    }

    /** Takes a changed file of users. Called every {@code undermoon.users_file_interval}. */
    void followUsersFile() {
        if (usersFile != null) {
            usersFile.poll();
        }
    }

    /** Takes a changed file of addresses. Called every {@code undermoon.external.addresses_interval}. */
    void followOutsideAddresses() {
        if (settings.outside() != null) {
            settings.outside().poll();
        }
    }

    /** Takes changed TLS files. Called every {@code undermoon.tls.reload_interval}. */
    void followTlsFiles() {
        TlsContext tls = tls();
        if (tls != null) {
            tls.refresh();
        }
    }

    CommandTable commands() {
        return commands.current();
    }

    TopologyStore topology() {
        return topology;
    }

    ClientRegistry clients() {
        return clients;
    }

    ProxyStats stats() {
        return dataPlane.stats();
    }

    /** What {@code INFO ALL} shows clients of the masters. */
    CompletionStage<String> info() {
        return local.info(new Client(0, "", "", access.defaultAccount(), true));
    }

    DataPlane dataPlane() {
        return dataPlane;
    }

    /**
     * Takes what the broker knows about this proxy, unless there is metadata already: from then on coordinators decide
     * in which order proxies learn of a change. It may be older than a failover that is under way; with a lease that
     * does no harm.
     *
     * @param leases whether the broker is one that coordinators can ask for what they need to grant leases
     */
    void adopt(Proxy known, boolean leases) {
        marks.learn(known);
        if (needsMetadata()) {
            if (leases) {
                lease.require(false);
            }
            ApplyResult result = topology.apply(SetMeta.of(known, leases));
            if (result == ApplyResult.APPLIED) {
                LOG.infof("Metadata asked from the broker: epoch=%s proxy=%s", known.epoch(), known.address());
            } else {
                LOG.debugf("Metadata of the broker is not applied: %s", result);
            }
        }
    }

    /** Whether nobody has sent metadata yet. */
    boolean needsMetadata() {
        return topology.current().epoch().equals(Epoch.ZERO);
    }

    Lease lease() {
        return lease;
    }

    /** How often the lease was lost. */
    long leaseLosses() {
        return renewal.losses();
    }

    /** How far each migration is in which this proxy takes part. */
    List<MigrationProgress> migrations() {
        return migrations.progress();
    }

    /** The nodes in the order of their addresses. */
    List<NodeStatus> nodes() {
        return replication.statuses();
    }

    /** The clients of the nodes that did not come through a proxy. */
    ForeignClients foreignClients() {
        return foreignClients;
    }

    /** Whether a command, as a node names it, may change data; one that is not known may. */
    private boolean mayWrite(String name) {
        Command command = commands.current().find(name);
        return !name.equals(ForeignClients.NO_COMMAND) && (command == null || command.mayWrite());
    }

    /** What the broker is told of the marks in the nodes. */
    RegisteredMarks marks() {
        return new RegisteredMarks(topology.installation(), marks.problem().orElse(null));
    }

    /** Whether every configured node answers, and it is known whose keys it has. */
    boolean areOwnNodesUp() {
        return marks.areKnown()
                && settings.nodes().stream()
                        .allMatch(own -> nodes().stream()
                                .anyMatch(status -> status.node().equals(own) && status.up()));
    }

    /** Whether a replica may serve reads. */
    private boolean isReadable(Endpoint replica) {
        return replication.isSettled(replica) && replicaLag.isWithin(replica);
    }

    private long maxLagOnFailover() {
        Long bytes = topology.current().cluster().config().maxLagOnFailover();
        return bytes == null ? 0 : bytes;
    }

    /** How many replicas a node has by the metadata. */
    private int copies(NodeAddress node) {
        return topology.current().replication().entries().stream()
                .filter(entry -> entry.node().equals(node))
                .mapToInt(entry -> entry.peers().size())
                .findFirst()
                .orElse(0);
    }

    private List<NodeState> nodeStates() {
        return nodes().stream().map(this::nodeState).toList();
    }

    /**
     * A master that is not served after a restart is shown as down, so that coordinators do not take it that its
     * replica, which cannot connect, misses something. One that a replica has to take over from is shown as one that
     * has been down for long, which coordinators report at once.
     */
    private NodeState nodeState(NodeStatus status) {
        boolean isOutdated = status.restart().waitsForReplica();
        InfoReport report = status.report();
        WantedRole wanted = status.wanted();
        boolean isMaster = status.role() == Role.MASTER;
        return new NodeState(
                status.node(),
                status.role(),
                status.up() && !status.restart().isWithheld(),
                status.isRefused(),
                isOutdated ? OUTDATED_MILLIS : status.millisSinceLastAnswer(),
                isMaster ? "none" : status.isSettled() ? "up" : "down",
                report == null ? 0 : report.offset(),
                wanted == null || wanted.master() == null ? "" : wanted.master().value(),
                isMaster && report != null ? report.replicaSilentSeconds(copies(status.node())) : -1,
                status.restart().wireName(),
                isMaster || replicaLag.isWithinMaxLag(status.node()));
    }
}
