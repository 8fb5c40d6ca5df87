package io.undermoon.proxy.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.Guard;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.control.ControlSettings;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.cluster.ControlPlane;
import io.undermoon.proxy.control.cluster.FailingProxies;
import io.undermoon.proxy.control.info.InfoProcess.SubscribedNames;
import io.undermoon.proxy.control.umctl.LeaseCommands;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import io.undermoon.proxy.lease.renewal.LeaseRenewal;
import io.undermoon.proxy.migration.MigrationSettings;
import io.undermoon.proxy.migration.Migrations;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.replication.StepDown;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.server.ControlCommands;
import io.undermoon.proxy.server.ControlServices;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.Self;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.proxy.usage.Usage;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The local commands of a proxy at 127.0.0.1:5299, and one client that sends them. */
public final class ControlFixture implements AutoCloseable {
    static final String SELF = "127.0.0.1:5299";
    private static final long LIMIT_SECONDS = 20;

    final CommandCatalog catalog = new CommandCatalog();
    public final CommandTable commands = catalog.current();
    public final LoopStats counters = new LoopStats(catalog.idLimit());
    final Endpoints endpoints = new Endpoints();
    final TopologyStore topology = new TopologyStore(Self.at(new ProxyAddress(SELF)), endpoints);
    final ClientRegistry clients = new ClientRegistry(ClientLimits.DEFAULT);
    public final SlowLog slowLog = new SlowLog(8, 50_000, 1000);
    public final List<NodeState> nodeStates = new CopyOnWriteArrayList<>();
    public final AtomicInteger shutdowns = new AtomicInteger();

    public final ScriptedControlPlane controlPlane = new ScriptedControlPlane();
    public final Client client;

    private final AccessControl access;
    private final EventLoopGroup group = Transport.NIO.newEventLoopGroup(1);
    private final NodeConnections connections;
    private final ControlCommands control;

    public ControlFixture() {
        this(null, true);
    }

    /**
     * @param newShapes whether {@code CLUSTER NODES} and {@code SLOTS} have the elements that version 1 lacks
     */
    public ControlFixture(@Nullable String password, boolean newShapes) {
        access = new AccessControl(commands, password, List.of());
        BackendSettings backends =
                new BackendSettings(1000, 3000, 1 << 20, 4, BackendSettings.Login.NONE, BackendSettings.Login.NONE);
        connections = new NodeConnections(
                new ProxyLoop((EventLoop) group.next(), Transport.NIO, backends, counters), Access.PROXY);
        ControlSettings settings =
                new ControlSettings("1.2.3", HostPort.parse(SELF), newShapes, newShapes, 2, 1, false, 0, false);
        Lease lease = new Lease(LeaseClock.SYSTEM);
        LeaseRenewal renewal = new LeaseRenewal(
                lease,
                topology,
                new NodeClient(connections),
                endpoints,
                connections.loop().eventLoop(),
                () -> {});
        control = new ControlCommands(new ControlServices(
                catalog,
                topology,
                clients,
                new Guard(access),
                null,
                slowLog,
                new ProxyStats(List.of(counters)),
                new Usage(false),
                new NodeClient(connections),
                endpoints,
                () -> List.copyOf(nodeStates),
                new Migrations(
                        connections, List.of(connections), topology, endpoints, catalog, MigrationSettings.DEFAULT),
                new StepDown(topology, List.of(connections), connections, endpoints),
                controlPlane,
                new LeaseCommands(topology, lease, renewal),
                new SubscribedNames(() -> 3, () -> 2, () -> 1),
                settings,
                shutdowns::incrementAndGet));
        client = connect();
    }

    /** A control plane that does as it is told. */
    public static final class ScriptedControlPlane implements ControlPlane {
        /** The masters that were to be taken over, with {@code force} where it was asked for. */
        public final List<String> failovers = new CopyOnWriteArrayList<>();

        /** The error that it answers; null if it accepts. */
        public @Nullable String refusal;

        public FailingProxies failing = FailingProxies.NONE;

        @Override
        public CompletionStage<Void> takeOverFrom(ProxyAddress master, boolean force) {
            if (refusal != null) {
                return CompletableFuture.failedStage(new ErrorReplyException(refusal));
            }
            failovers.add(master + (force ? " force" : ""));
            return CompletableFuture.completedStage(null);
        }

        @Override
        public FailingProxies failing() {
            return failing;
        }
    }

    /** Says who has the slots that move. */
    public void own(SlotOwnership ownership) {
        List.copyOf(topology.current().ownership().keySet()).forEach(slots -> topology.setOwnership(slots, ownership));
    }

    /** Connects another client. */
    public Client connect() {
        Client connected =
                new Client(clients.nextId(), "127.0.0.1:40001", SELF, access.defaultAccount(), access.isOpen());
        clients.add(connected);
        return connected;
    }

    /** The raw reply to a command, dispatched as a session does. */
    public String wire(String... arguments) {
        ByteBuf reply = reply(client, arguments);
        String text = reply.toString(StandardCharsets.UTF_8);
        reply.release();
        return text;
    }

    public RespValue call(String... arguments) {
        ByteBuf reply = reply(client, arguments);
        RespValue value = new RespReader(RespLimits.CONTROL).read(reply);
        if (value == null || reply.isReadable()) {
            throw new AssertionError("not exactly one value: " + reply.toString(StandardCharsets.UTF_8));
        }
        reply.release();
        return value;
    }

    /** The text of a bulk reply. */
    public String text(String... arguments) {
        return ((RespValue.Bulk) call(arguments)).text();
    }

    /** The raw reply to a command whose arguments have no spaces. */
    public String words(String command) {
        return wire(command.split(" "));
    }

    private ByteBuf reply(Client from, String... arguments) {
        CommandFrame frame = CommandFrame.of(List.of(arguments));
        Command command = Objects.requireNonNull(commands.find(frame), arguments[0]);
        if (command.isContainer() && arguments.length > 1) {
            command = Objects.requireNonNull(command.findSub(frame), arguments[1]);
        }
        if (!command.arityMatches(arguments.length)) {
            throw new IllegalArgumentException("sessions refuse " + List.of(arguments) + " for its arity");
        }
        ByteBuf out = Unpooled.buffer();
        CompletionStage<ByteBuf> later = control.execute(command, frame, from, out);
        if (later == null) {
            return out;
        }
        if (out.isReadable()) {
            throw new AssertionError("a reply now and one later");
        }
        return later.toCompletableFuture()
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        connections.loop().eventLoop().submit(connections::close).awaitUninterruptibly();
        group.shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
