package io.undermoon.simulation.service;

import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.port.ProxyControl.NodeHealth;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import io.undermoon.proxy.lease.LeaseToken;
import io.undermoon.proxy.lease.Moment;
import io.undermoon.proxy.lease.Term;
import io.undermoon.proxy.lease.renewal.LeaseRenewal;
import io.undermoon.proxy.migration.Migrations;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.replication.ClearedRuns;
import io.undermoon.proxy.replication.NodeStatus;
import io.undermoon.proxy.replication.ReplicationDriver;
import io.undermoon.proxy.replication.ReplicationSettings;
import io.undermoon.proxy.replication.Restart;
import io.undermoon.proxy.replication.RoleHandover;
import io.undermoon.proxy.replication.StepDown;
import io.undermoon.proxy.replication.TakeoverRule;
import io.undermoon.proxy.replication.WantedRole;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.topology.ApplyResult;
import io.undermoon.proxy.topology.Self;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespValue;
import io.undermoon.simulation.redis.RedisServer;
import io.undermoon.simulation.world.Network;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.SimulatedLoop;
import io.undermoon.simulation.world.World;
import io.undermoon.umctl.Handshake;
import io.undermoon.umctl.SetMeta;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A proxy. Its topology with routes and changes of roles, its keeping of the nodes' roles, the step-down, the
 * handover of roles, its lease and the moves of slots are those of the product. Its clients' sessions and its
 * registration are modelled.
 */
public final class ProxyServer {
    private static final long REPLY_TIMEOUT = 3 * World.SECOND;
    private static final long BARRIER_POLL = World.MILLI;
    private static final long CONNECT_TIMEOUT = World.SECOND;
    private static final long REGISTRATION_INTERVAL = 5 * World.SECOND;
    private static final long REGISTRATION_RETRY = World.SECOND;
    private static final Duration OUTDATED = Duration.ofDays(1);
    private static final BackendSettings BACKENDS =
            new BackendSettings(1000, 3000, 1 << 20, 16, BackendSettings.Login.NONE, BackendSettings.Login.NONE);

    private static final long REPLICA_ACK_MILLIS = 1000;
    private static final RespValue NO_REPLICAS = new RespValue.Failure("NOREPLICAS");
    private static final CommandCatalog COMMANDS = new CommandCatalog();

    private final Installation installation;
    private final World world;
    private final SimProcess process;
    private final ProxyAddress address;
    private final List<RedisServer> nodes;
    private Life life;

    ProxyServer(Installation installation, SimProcess process, ProxyAddress address, List<RedisServer> nodes) {
        this.installation = installation;
        this.world = installation.world();
        this.process = process;
        this.address = address;
        this.nodes = nodes;
        this.life = new Life();
    }

    public SimProcess process() {
        return process;
    }

    public ProxyAddress address() {
        return address;
    }

    /** Its own nodes. */
    public List<RedisServer> nodes() {
        return nodes;
    }

    public Topology topology() {
        return life.topology.current();
    }

    public void start() {
        process.start();
        life = new Life();
        life.begin();
    }

    /** As kill -9. */
    public void kill() {
        if (life.holdsSlots()) {
            installation.checks().killedWhileItHeldSlots();
        }
        process.kill();
    }

    ProxyControl.Probe probe() {
        return new ProxyControl.Probe(Optional.of(topology().epoch()), life.health(), Optional.of(life.leaseReport()));
    }

    /** {@code UMCTL LEASE <token>}. */
    ProxyControl.Lease renew(String token) {
        installation.checks().renewedByCoordinator();
        life.renewal.granted(LeaseToken.parse(token).orElseThrow());
        return life.leaseReport();
    }

    /** {@code UMCTL SETMETA}. */
    ProxyControl.PushOutcome take(Proxy metadata, boolean leases) {
        if (leases) {
            life.lease.require(!topology().epoch().equals(Epoch.ZERO));
        }
        ApplyResult result = life.topology.apply(SetMeta.of(metadata, leases));
        return switch (result) {
            case APPLIED -> ProxyControl.PushOutcome.APPLIED;
            case OLD_EPOCH -> ProxyControl.PushOutcome.OLD_EPOCH;
            case NOT_MY_META, OTHER_INSTALLATION -> ProxyControl.PushOutcome.NOT_MINE;
            case UNKNOWN_BASE -> ProxyControl.PushOutcome.UNKNOWN_BASE;
        };
    }

    /** Whether it does not serve a node after a restart, because a replica has newer data. */
    public boolean isOutdated(NodeAddress node) {
        return life.replication.statuses().stream()
                .anyMatch(
                        status -> status.node().equals(node) && status.restart().waitsForReplica());
    }

    /** {@code UMCTL INFOMGR} and {@code UMCTL MIGRATIONS}. */
    ProxyControl.Migrations migrations() {
        return new ProxyControl.Migrations(life.migrations.finished(), life.migrations.progress());
    }

    /**
     * {@code UMCTL ABORTMIGRATION}.
     *
     * @return completes with {@code OK} or an error
     */
    public CompletionStage<String> abort(MigrationTask task) {
        return life.migrations.answer(new Handshake(Handshake.Step.ABORTMIGRATION, Handshake.VERSION, task));
    }

    /** Connects a task to a run of a node that may serve. */
    NodeLink connect(Endpoint to, NodeLink.Owner owner) {
        RedisServer node = installation.redis(to);
        boolean isAllowed = life.runs.mayServe(to, node.runId());
        return new NodeLink(world, installation.network(), process, node, isAllowed, owner);
    }

    /** Waits until what clients have sent to a node before is answered, or the connection is given up. */
    CompletionStage<?> awaitAnswers(Endpoint node, BooleanSupplier wanted) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        RedisServer server = installation.redis(node);
        life.inFlight.removeIf(flight -> flight.isOver(world.nowNanos()));
        List<Flight> before = new ArrayList<>(life.inFlight);
        before.removeIf(flight -> flight.node != server);
        awaitAnswers(before, wanted, done);
        return done;
    }

    private void awaitAnswers(List<Flight> flights, BooleanSupplier wanted, CompletableFuture<Boolean> done) {
        flights.removeIf(flight -> flight.isOver(world.nowNanos()));
        if (flights.isEmpty()) {
            done.complete(true);
        } else if (wanted.getAsBoolean()) {
            world.later(process, BARRIER_POLL, () -> awaitAnswers(flights, wanted, done));
        }
    }

    /** A write of a client that is under way to a node, on the connection that clients share. */
    private static final class Flight {
        private final RedisServer node;
        private final int nodeLife;
        private final long sentNanos;
        private final int replicaAcks;
        private boolean answered;

        Flight(RedisServer node, long sentNanos, int replicaAcks) {
            this.node = node;
            this.replicaAcks = replicaAcks;
            this.nodeLife = node.process().generation();
            this.sentNanos = sentNanos;
        }

        /** The connection is given up when it brings no reply for some time, and with the life of the node. */
        boolean isOver(long nowNanos) {
            return answered || node.process().generation() != nodeLife || nowNanos - sentNanos > REPLY_TIMEOUT;
        }
    }

    /** Sends a command of the proxy's own to a node or a peer. */
    CompletionStage<RespValue> send(NodeConnections from, Endpoint to, List<String> command, String question) {
        if (to.kind() == Endpoint.Kind.REDIS) {
            RedisServer node = installation.redis(to);
            if (from == life.migrationConnections && !life.runs.mayServe(to, node.runId())) {
                return CompletableFuture.failedStage(
                        NodeException.unexpectedReply(question + ": the run may not serve"));
            }
            return exchange(node.process(), question, reply -> node.execute(command, reply::complete));
        }
        ProxyServer peer = installation.proxy(to);
        return exchange(
                peer.process(),
                question,
                reply -> peer.execute(command).whenComplete((value, problem) -> {
                    reply.complete(value);
                }));
    }

    private CompletionStage<RespValue> exchange(
            SimProcess to, String question, Consumer<CompletableFuture<RespValue>> handler) {
        CompletableFuture<RespValue> answer = new CompletableFuture<>();
        Runnable noReply = () -> answer.completeExceptionally(
                NodeException.unexpectedReply(question + (isRefusedBy(to) ? ": Connection refused" : ": no reply")));
        CompletableFuture<RespValue> there = new CompletableFuture<>();
        int life = process.generation();
        there.thenAccept(
                reply -> installation.network().answer(to, process, life, () -> answer.complete(reply), () -> {}));
        installation.network().send(process, to, () -> handler.accept(there), noReply);
        world.timeout(process, REPLY_TIMEOUT, answer::isDone, noReply);
        return answer;
    }

    /** Whether nobody listens at an address, and the host says so. */
    private boolean isRefusedBy(SimProcess to) {
        Network network = installation.network();
        return !to.isAlive() && !network.isCut(process, to) && !network.isCut(to, process);
    }

    /** Connects anew. A process that stands still is connected to, too. */
    CompletionStage<Boolean> isRefused(Endpoint peer) {
        SimProcess to = installation.proxy(peer).process();
        CompletableFuture<Boolean> refused = new CompletableFuture<>();
        Network network = installation.network();
        if (!network.isCut(process, to) && !network.isCut(to, process)) {
            world.later(process, 2 * network.delay(process, to), () -> refused.complete(!to.isAlive()));
        }
        world.timeout(process, CONNECT_TIMEOUT, refused::isDone, () -> refused.complete(false));
        return refused;
    }

    /** A command of another proxy. */
    private CompletionStage<RespValue> execute(List<String> command) {
        return switch (command.get(1)) {
            case "PROMISE" -> CompletableFuture.completedStage(promise(command));
            case "STEPDOWN" -> stepDown(command);
            default -> handshake(Handshake.parse(command.get(1), command.subList(2, command.size())));
        };
    }

    private CompletionStage<RespValue> handshake(Handshake message) {
        return life.migrations
                .answer(message)
                .thenApply(text -> text.startsWith("OK") ? new RespValue.Simple(text) : new RespValue.Failure(text));
    }

    /** {@code UMCTL PROMISE <proxy> <node>...}. */
    private RespValue promise(List<String> command) {
        Set<NodeAddress> masters = new LinkedHashSet<>();
        command.subList(3, command.size()).forEach(node -> masters.add(new NodeAddress(node)));
        return life.renewal.promises(new ProxyAddress(command.get(2)), masters)
                ? new RespValue.Int(topology().epoch().value())
                : new RespValue.Failure("NOPROMISE");
    }

    /** {@code UMCTL STEPDOWN <epoch> <node>}. */
    private CompletionStage<RespValue> stepDown(List<String> command) {
        Epoch until = new Epoch(Long.parseLong(command.get(2)));
        return life.stepDown.giveUp(new NodeAddress(command.get(3)), until).handle((position, problem) -> {
            if (problem != null) {
                String reason = NodeException.reason(problem);
                boolean isMaster = reason.startsWith(StepDown.NEWER);
                return new RespValue.Failure((isMaster ? "OLD_EPOCH " : RoleHandover.HAS_STOPPED) + reason);
            }
            installation.checks().steppedDown();
            return new RespValue.Array(position.toReply().stream()
                    .map(text -> (RespValue) new RespValue.Bulk(text))
                    .toList());
        });
    }

    /** Takes a write of a client. */
    void serve(ClientWrite write) {
        life.serve(write);
    }

    /** What it has in memory. */
    private final class Life {
        private final Endpoints endpoints = new Endpoints();
        private final Set<NodeAddress> own = own();
        private final TopologyStore topology = new TopologyStore(new Self(address, address, own), endpoints);
        private final Lease lease = new Lease(LeaseClock.SYSTEM);
        private final ClearedRuns runs = new ClearedRuns(topology);
        private final NodeConnections connections = new NodeConnections(
                new ProxyLoop(new SimulatedLoop(world, process), Transport.NIO, BACKENDS, new LoopStats(0)),
                Access.PROXY);
        private final ReplicationDriver replication = new ReplicationDriver(
                connections,
                endpoints,
                new ReplicationSettings(Duration.ofSeconds(1), null, null, null),
                runs,
                own,
                new TakeoverRule(lease, true));
        private final NodeConnections migrationConnections = new NodeConnections(
                new ProxyLoop(
                        new SimulatedLoop(world, process), Transport.NIO, BACKENDS, new LoopStats(0), runs, lease),
                Access.PROXY);
        private final Migrations migrations = new Migrations(
                migrationConnections, List.of(), topology, endpoints, COMMANDS, installation.migrationSettings());
        private final StepDown stepDown = new StepDown(topology, List.of(), connections, endpoints);
        private final LeaseRenewal renewal = new LeaseRenewal(
                lease,
                topology,
                new NodeClient(connections),
                endpoints,
                connections.loop().eventLoop(),
                this::leaseChanged);
        private final Set<Flight> inFlight = new LinkedHashSet<>();
        private final List<ClientWrite> held = new ArrayList<>();
        private boolean isRegistered;

        private Set<NodeAddress> own() {
            Set<NodeAddress> addresses = new LinkedHashSet<>();
            nodes.forEach(node -> addresses.add(new NodeAddress(node.address())));
            return addresses;
        }

        private void leaseChanged() {
            installation.checks().leaseChanged();
            if (holdsSlots() && !lease.isHeld()) {
                installation.checks().leaseLostWhileItHeldSlots();
            }
        }

        /** Whether commands wait because slots are about to be switched. */
        boolean holdsSlots() {
            return topology.current().ownership().entrySet().stream()
                    .anyMatch(entry -> entry.getKey().isMigrating() && entry.getValue() == SlotOwnership.HELD);
        }

        void begin() {
            renewal.start();
            migrations.start();
            replication.start(topology);
            topology.onChange(now -> {
                installation.checks().tookMetadata(ProxyServer.this, now);
                if (holdsSlots()) {
                    installation.checks().holdsSlots(ProxyServer.this);
                }
                world.later(process, 0, this::serveHeld);
            });
            world.later(process, world.random(0, 100 * World.MILLI), this::register);
        }

        ProxyControl.Lease leaseReport() {
            LeaseRenewal.Report report = renewal.report();
            return new ProxyControl.Lease(report.token().toString(), report.epoch(), report.isAlone());
        }

        /** As {@code UMCTL NODES}. */
        List<NodeHealth> health() {
            return replication.statuses().stream().map(this::health).toList();
        }

        /** As {@code UMCTL NODES} shows it. */
        private NodeHealth health(NodeStatus status) {
            boolean isOutdated = status.restart().waitsForReplica();
            InfoReport report = status.report();
            WantedRole wanted = status.wanted();
            boolean isMaster = status.role() == Role.MASTER;
            return new NodeHealth(
                    status.node(),
                    status.role(),
                    status.up() && !status.restart().isWithheld(),
                    status.isRefused(),
                    isOutdated ? OUTDATED : Duration.ofMillis(status.millisSinceLastAnswer()),
                    !isMaster && status.isSettled(),
                    wanted == null ? null : wanted.master(),
                    isMaster && report != null ? report.replicaSilentSeconds(copies(status.node())) : -1,
                    status.restart() == Restart.OUTDATED);
        }

        private int copies(NodeAddress node) {
            return topology.current().replication().entries().stream()
                    .filter(entry -> entry.node().equals(node))
                    .mapToInt(entry -> entry.peers().size())
                    .findFirst()
                    .orElse(0);
        }

        private void register() {
            boolean nodesAreUp = replication.statuses().stream().allMatch(NodeStatus::up);
            isRegistered = installation.register(ProxyServer.this, nodesAreUp, isRegistered);
            world.later(process, isRegistered ? REGISTRATION_INTERVAL : REGISTRATION_RETRY, this::register);
        }

        private void serveHeld() {
            List<ClientWrite> waiting = List.copyOf(held);
            held.clear();
            waiting.forEach(this::serve);
        }

        void serve(ClientWrite write) {
            Topology now = topology.current();
            if (now.clusterName() == null) {
                Target.Remote former = now.formerOwner(write.slot());
                write.answer(former == null ? "CLUSTERDOWN" : moved(former));
                return;
            }
            Target owner = now.routes().owner(write.slot());
            if (owner instanceof Target.Local local) {
                forward(write, local, now.epoch());
            } else if (owner instanceof Target.Remote peer) {
                write.answer(moved(peer));
            } else if (owner instanceof Target.Slowed slowed && slowed.onlyWatches()) {
                forward(write, slowed.node(), now.epoch());
            } else if (owner instanceof Target.Slowed || owner instanceof Target.Held wait && !wait.refuses()) {
                held.add(write);
            } else {
                write.answer("CLUSTERDOWN");
            }
        }

        /** As the connections of the product do. */
        private boolean mayAnswer(RedisServer node, Term sent) {
            Term now = lease.term();
            Moment moment = lease.clock().now();
            return now.isHeldAt(moment.nanos(), moment.wallMillis())
                    && sent.number() == now.number()
                    && now.covers(
                            HostPort.parse(node.address()), sent.roleNumber(), moment.nanos(), moment.wallMillis());
        }

        private String moved(Target.Remote peer) {
            return "MOVED " + peer.proxy();
        }

        private void forward(ClientWrite write, Target.Local target, Epoch epoch) {
            RedisServer node = installation.redis(target.node());
            if (!lease.isHeld()) {
                write.answer("CLUSTERDOWN no lease");
                return;
            }
            if (!runs.mayServe(target.node(), node.runId())) {
                write.answer("ERR restarted");
                return;
            }
            Flight flight =
                    new Flight(node, world.nowNanos(), topology.current().minReplicaAcks());
            inFlight.add(flight);
            Runnable lost = () -> {
                landed(flight);
                write.answer("ERR lost");
            };
            Term sent = lease.term();
            int life = process.generation();
            installation
                    .network()
                    .send(
                            process,
                            node.process(),
                            () -> {
                                RespValue reply = node.execute(
                                        List.of("SET", Integer.toString(write.key()), Long.toString(write.version())));
                                installation
                                        .network()
                                        .answer(
                                                node.process(),
                                                process,
                                                life,
                                                () -> replied(write, flight, epoch, sent, reply),
                                                lost);
                            },
                            lost);
        }

        private void landed(Flight flight) {
            flight.answered = true;
            inFlight.remove(flight);
        }

        /** With {@code min_replica_acks} a reply is held until the replicas have the write, as the product does. */
        private void replied(ClientWrite write, Flight flight, Epoch epoch, Term sent, RespValue reply) {
            int wanted = flight.replicaAcks;
            if (wanted == 0 || reply instanceof RespValue.Failure) {
                acknowledge(write, flight, epoch, sent, reply);
                return;
            }
            Endpoint node = endpoints.redis(flight.node.address());
            int needed = Math.max(wanted, runs.followers(node));
            exchange(
                            flight.node.process(),
                            "WAIT",
                            answer -> flight.node.execute(
                                    List.of("WAIT", Integer.toString(needed), Long.toString(REPLICA_ACK_MILLIS)),
                                    answer::complete))
                    .whenComplete((count, problem) -> {
                        boolean have = count instanceof RespValue.Int number && number.value() >= needed;
                        if (!have) {
                            installation.checks().notReplicated();
                        }
                        acknowledge(write, flight, epoch, sent, have ? reply : NO_REPLICAS);
                    });
        }

        private void acknowledge(ClientWrite write, Flight flight, Epoch epoch, Term sent, RespValue reply) {
            boolean isLate = flight.isOver(world.nowNanos());
            RedisServer node = flight.node;
            landed(flight);
            if (isLate) {
                write.answer("ERR no reply");
            } else if (!mayAnswer(node, sent)) {
                installation.checks().replyDropped();
                write.answer("ERR the lease was over");
            } else if (reply instanceof RespValue.Failure failure) {
                write.answer(failure.text());
            } else {
                installation.checks().acknowledged(write, ProxyServer.this, node, epoch);
                write.answer("OK");
            }
        }
    }

    /** The epoch of its cluster's metadata; null while it is in none. */
    public @Nullable Epoch epochOfCluster() {
        return topology().clusterName() == null ? null : topology().epoch();
    }

    @Override
    public String toString() {
        return process.name();
    }
}
