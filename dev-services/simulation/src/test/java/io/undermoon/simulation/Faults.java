package io.undermoon.simulation;

import io.undermoon.broker.plan.Balancing;
import io.undermoon.broker.plan.Resharding;
import io.undermoon.broker.plan.Switchover;
import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.simulation.check.Checks;
import io.undermoon.simulation.check.FaultLog;
import io.undermoon.simulation.check.Sometimes;
import io.undermoon.simulation.redis.RedisServer;
import io.undermoon.simulation.service.Broker;
import io.undermoon.simulation.service.Coordinator;
import io.undermoon.simulation.service.Installation;
import io.undermoon.simulation.service.Moves;
import io.undermoon.simulation.service.ProxyServer;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The faults of one schedule, at random: a few kinds of them, each as often and as long as chance will have it, and
 * what operators do meanwhile. Each fault ends; {@link #stop} ends all.
 */
final class Faults {
    private static final long LONGEST = 20 * World.SECOND;
    private static final long SHORTEST = 20 * World.MILLI;

    private final World world;
    private final Installation installation;
    private final FaultLog log;
    private final Checks checks;
    private final ClusterName cluster;
    private final List<Kind> kinds = new ArrayList<>();
    private final Set<Object> broken = new LinkedHashSet<>();
    private final Set<Active> active = new LinkedHashSet<>();
    private final boolean losesUnsaved;
    private final int most;
    private final long pause;
    private boolean stopped;

    private enum Kind {
        KILL_PROXY,
        PAUSE_PROXY,
        SUSPEND_HOST,
        KILL_REDIS,
        PAUSE_REDIS,
        KILL_HOST,
        CUT_ONE_WAY,
        CUT_BOTH_WAYS,
        CUT_HOST_OFF,
        CUT_SERVERS_OFF,
        KILL_BROKER,
        PAUSE_BROKER,
        KILL_COORDINATOR,
        PAUSE_COORDINATOR,
        STORAGE_AWAY,
        STORAGE_WITHOUT_ANSWERS,
        SLOW_NETWORK,
        CALLS_LATE,
        CALLS_TWICE,
        BALANCE,
        SWITCHOVER,
        MOVE_SLOTS,
        ABORT_MOVES
    }

    /** A fault that has begun. */
    private record Active(Object of, boolean inControl, List<String> hosts, boolean ofProxy, Runnable end) {}

    /** @param losesUnsaved whether a Redis that is killed loses what it has not saved */
    Faults(
            World world,
            Installation installation,
            FaultLog log,
            Checks checks,
            ClusterName cluster,
            boolean losesUnsaved) {
        this.losesUnsaved = losesUnsaved;
        this.world = world;
        this.installation = installation;
        this.log = log;
        this.checks = checks;
        this.cluster = cluster;
        List<Kind> all = new ArrayList<>(Arrays.asList(Kind.values()));
        for (Kind operation : List.of(Kind.BALANCE, Kind.SWITCHOVER)) {
            all.remove(operation);
            if (world.chance(0.4)) {
                kinds.add(operation);
            }
        }
        all.removeAll(List.of(Kind.MOVE_SLOTS, Kind.ABORT_MOVES));
        if (world.chance(0.4)) {
            kinds.addAll(List.of(Kind.MOVE_SLOTS, Kind.MOVE_SLOTS));
            if (world.chance(0.3)) {
                kinds.add(Kind.ABORT_MOVES);
            }
            if (world.chance(0.7)) {
                checks.whenSlotsAreHeld(this::atSwitch);
            }
        }
        int wanted = kinds.isEmpty() ? 1 + world.random(6) : world.random(7);
        for (int i = 0; i < wanted; i++) {
            kinds.add(all.remove(world.random(all.size())));
        }
        this.most = 1 + world.random(3);
        this.pause = world.random(World.SECOND, 8 * World.SECOND);
    }

    /**
     * Begins.
     *
     * @param soon whether the first of them is within a second
     */
    void start(boolean soon) {
        world.note("faults: " + kinds + ", " + most + " at a time");
        next(soon ? Math.min(pause, World.SECOND) : pause);
    }

    private void next(long longest) {
        world.later(world.random(0, longest), () -> {
            if (!stopped) {
                if (active.size() < most) {
                    begin(kinds.get(world.random(kinds.size())));
                }
                next(pause);
            }
        });
    }

    /** Ends all faults. */
    void stop() {
        stopped = true;
        List.copyOf(active).forEach(this::end);
    }

    private void begin(Kind kind) {
        switch (kind) {
            case KILL_PROXY -> {
                ProxyServer proxy = any(installation.proxies());
                process(proxy.process(), false, proxy::kill, proxy::start);
            }
            case PAUSE_PROXY -> pause(any(installation.proxies()).process(), false);
            case SUSPEND_HOST -> suspend(any(installation.proxies()));
            case KILL_REDIS -> killRedis(any(installation.redis()));
            case PAUSE_REDIS -> pause(any(installation.redis()).process(), false);
            case KILL_HOST -> {
                ProxyServer proxy = any(installation.proxies());
                process(proxy.process(), false, proxy::kill, proxy::start);
                proxy.nodes().forEach(this::killRedis);
            }
            case CUT_ONE_WAY -> cut(List.of(anyHost()), List.of(anyHost()), false);
            case CUT_BOTH_WAYS -> cut(List.of(anyHost()), List.of(anyHost()), true);
            case CUT_HOST_OFF -> cut(List.of(anyHost()), hosts(), true);
            case CUT_SERVERS_OFF ->
                cut(List.of(any(installation.proxies()).process().host()), servers(), true);
            case KILL_BROKER -> {
                Broker broker = any(installation.brokers());
                process(broker.process(), true, broker::kill, broker::start);
            }
            case PAUSE_BROKER -> pause(any(installation.brokers()).process(), true);
            case KILL_COORDINATOR -> {
                Coordinator coordinator = any(installation.coordinators());
                SimProcess process = coordinator.process();
                process(process, true, process::kill, coordinator::start);
            }
            case PAUSE_COORDINATOR -> pause(any(installation.coordinators()).process(), true);
            case STORAGE_AWAY ->
                fault(
                        Kind.STORAGE_AWAY,
                        true,
                        List.of(),
                        () -> installation.storage().setAway(true),
                        () -> installation.storage().setAway(false));
            case STORAGE_WITHOUT_ANSWERS ->
                fault(
                        Kind.STORAGE_WITHOUT_ANSWERS,
                        true,
                        List.of(),
                        () -> installation.storage().setUnknownOutcomes(0.3),
                        () -> installation.storage().setUnknownOutcomes(0));
            case SLOW_NETWORK -> network(world.random(5 * World.MILLI, 100 * World.MILLI), 0, 0);
            case CALLS_LATE -> network(World.MILLI, 0.02 + 0.1 * world.random(4), 0);
            case CALLS_TWICE -> network(World.MILLI, 0, 0.3);
            case BALANCE ->
                operate(
                        Sometimes.ROLES_CHANGED_AS_PLANNED,
                        broker -> broker.writer()
                                .change((state, context) -> Balancing.balanceMasters(state, context, cluster)));
            case SWITCHOVER -> {
                ProxyServer proxy = any(installation.proxies());
                operate(
                        Sometimes.ROLES_CHANGED_AS_PLANNED,
                        broker -> broker.writer()
                                .change((state, context) -> Switchover.away(state, context, proxy.address())));
            }
            case MOVE_SLOTS -> moveSlots();
            case ABORT_MOVES -> abortMoves();
        }
    }

    /** A quarter of the slots, or all of a shard, move to another shard. */
    private void moveSlots() {
        StoredCluster stored = installation.storage().state().clusters().get(cluster);
        if (stored == null || stored.runsMigrations()) {
            return;
        }
        int source = world.random(stored.shardNumber());
        int destination = (source + 1 + world.random(stored.shardNumber() - 1)) % stored.shardNumber();
        SlotRanges slots = stable(stored, source);
        if (slots.isEmpty()) {
            return;
        }
        int number = world.chance(0.3) ? slots.size() : Math.min(slots.size(), Slot.COUNT / 4);
        Resharding.Request request =
                new Resharding.Request(List.of(master(stored, source)), master(stored, destination), number, null);
        operate(
                Sometimes.SLOTS_MOVE,
                broker -> broker.writer()
                        .change((state, context) -> Resharding.reshard(state, context, cluster, request)));
    }

    private static SlotRanges stable(StoredCluster stored, int shard) {
        ChunkPart part = ChunkPart.ofShard(shard);
        return stored.chunks().get(part.chunk()).stable(part.part());
    }

    private static String master(StoredCluster stored, int shard) {
        ChunkPart part = ChunkPart.ofShard(shard);
        StoredChunk chunk = stored.chunks().get(part.chunk());
        return chunk.nodeAddresses()
                .get(chunk.rolePosition().masterNode(part.part()))
                .value();
    }

    /** As the broker does for an operator: it asks the source, and removes the move when that agrees. */
    private void abortMoves() {
        StoredCluster stored = installation.storage().state().clusters().get(cluster);
        Broker broker = openBroker();
        if (stored == null || broker == null) {
            return;
        }
        for (MigratingSlots running : stored.runningTasks()) {
            MigrationTask task = ClusterView.of(stored).task(running);
            task.slotRange().migration().ifPresent(meta -> {
                ProxyServer source = installation.proxy(meta.srcProxyAddress().value());
                installation
                        .network()
                        .send(
                                broker.process(),
                                source.process(),
                                () -> source.abort(task).thenAccept(answer -> agreed(broker, source, task, answer)),
                                () -> {});
            });
        }
    }

    private void agreed(Broker broker, ProxyServer source, MigrationTask task, String answer) {
        if (answer.equals("OK")) {
            installation
                    .network()
                    .send(
                            source.process(),
                            broker.process(),
                            () -> operate(Sometimes.MOVE_ABORTED, open -> Moves.withdraw(open.writer(), task)),
                            () -> {});
        }
    }

    /** Something fails in the moment in which slots are about to be switched. */
    private void atSwitch(ProxyServer source) {
        if (stopped || active.size() >= most || world.chance(0.5)) {
            return;
        }
        ProxyServer proxy = world.chance(0.7) ? source : any(installation.proxies());
        world.later(world.random(0, 40 * World.MILLI), () -> {
            if (!stopped && active.size() < most) {
                failAtSwitch(proxy);
            }
        });
    }

    private void failAtSwitch(ProxyServer proxy) {
        String host = proxy.process().host();
        switch (world.random(7)) {
            case 0 -> process(proxy.process(), false, proxy::kill, proxy::start);
            case 1 -> {
                process(proxy.process(), false, proxy::kill, proxy::start);
                proxy.nodes().forEach(this::killRedis);
            }
            case 2 -> pause(proxy.process(), false);
            case 3 -> suspend(proxy);
            case 4 -> killRedis(any(proxy.nodes()));
            case 5 -> cut(List.of(host), servers(), true);
            default -> cut(List.of(host), List.of(anyHost()), world.chance(0.5));
        }
    }

    private <T> T any(List<T> all) {
        return all.get(world.random(all.size()));
    }

    private List<String> hosts() {
        Set<String> hosts = new LinkedHashSet<>(servers());
        installation.clients().forEach(client -> hosts.add(client.process().host()));
        return List.copyOf(hosts);
    }

    /** All but clients. */
    private List<String> servers() {
        Set<String> hosts = new LinkedHashSet<>();
        installation.proxies().forEach(proxy -> hosts.add(proxy.process().host()));
        installation.brokers().forEach(broker -> hosts.add(broker.process().host()));
        installation
                .coordinators()
                .forEach(coordinator -> hosts.add(coordinator.process().host()));
        return List.copyOf(hosts);
    }

    private String anyHost() {
        return any(hosts());
    }

    private void fault(Object of, boolean inControl, List<String> hosts, Runnable begin, Runnable end) {
        if (!broken.add(of)) {
            return;
        }
        boolean ofProxy = installation.proxies().stream().anyMatch(proxy -> proxy.process() == of);
        Active fault = new Active(of, inControl, hosts, ofProxy, end);
        active.add(fault);
        log.begins(inControl, hosts, ofProxy);
        begin.run();
        long least = world.chance(0.3) ? SHORTEST : World.SECOND;
        world.later(world.random(least, LONGEST), () -> end(fault));
    }

    private void end(Active fault) {
        if (active.remove(fault)) {
            broken.remove(fault.of());
            fault.end().run();
            log.ends(fault.inControl(), fault.hosts(), fault.ofProxy());
        }
    }

    private void process(SimProcess process, boolean inControl, Runnable kill, Runnable start) {
        fault(process, inControl, List.of(process.host()), kill, start);
    }

    private void killRedis(RedisServer server) {
        boolean wasMaster = server.isMaster();
        // One at a time: where two copies lose data at once, nothing is promised.
        boolean forgets = losesUnsaved && active.isEmpty() && world.chance(0.5);
        process(server.process(), false, server::kill, () -> {
            if (forgets) {
                server.forgetUnsaved();
            }
            server.start();
            if (wasMaster) {
                checks.sometimes(Sometimes.REDIS_RESTARTED_AS_MASTER);
            }
        });
    }

    private void pause(SimProcess process, boolean inControl) {
        fault(process, inControl, List.of(process.host()), process::pause, () -> process.resume(0));
    }

    /** The clocks that do not count it stand still while a host is suspended. */
    private void suspend(ProxyServer proxy) {
        List<SimProcess> processes = new ArrayList<>();
        processes.add(proxy.process());
        proxy.nodes().forEach(node -> processes.add(node.process()));
        if (processes.stream().anyMatch(broken::contains)) {
            return;
        }
        long start = world.nowNanos();
        for (SimProcess process : processes) {
            fault(
                    process,
                    false,
                    List.of(process.host()),
                    process::pause,
                    () -> process.resume(world.nowNanos() - start));
        }
    }

    private void cut(List<String> from, List<String> to, boolean bothWays) {
        String ways = from + (bothWays ? " and " : " to ") + (to.size() > 1 ? "all " + to.size() : to);
        fault(
                "cut of " + ways,
                true,
                to.size() > 1 ? from : List.of(from.get(0), to.get(0)),
                () -> {
                    world.note("network is cut, " + ways);
                    eachWay(from, to, bothWays, true);
                },
                () -> {
                    world.note("network is whole, " + ways);
                    eachWay(from, to, bothWays, false);
                });
    }

    private void eachWay(List<String> from, List<String> to, boolean bothWays, boolean isCut) {
        for (String one : from) {
            for (String other : to) {
                if (!one.equals(other)) {
                    way(one, other, isCut);
                    if (bothWays) {
                        way(other, one, isCut);
                    }
                }
            }
        }
    }

    private void way(String from, String to, boolean isCut) {
        if (isCut) {
            installation.network().cut(from, to);
        } else {
            installation.network().heal(from, to);
        }
    }

    private void network(long slowest, double loss, double twice) {
        fault(
                "quality",
                loss > 0,
                List.of(),
                () -> {
                    world.note("network delays up to " + slowest / World.MILLI + " ms, loses " + loss + ", repeats "
                            + twice);
                    installation.network().quality(slowest, loss, twice);
                },
                () -> installation.network().quality(World.MILLI, 0, 0));
    }

    private interface Operation {
        void at(Broker broker);
    }

    private @Nullable Broker openBroker() {
        return installation.brokers().stream()
                .filter(Broker::isOpen)
                .findFirst()
                .orElse(null);
    }

    private void operate(Sometimes condition, Operation operation) {
        @Nullable Broker broker = openBroker();
        if (broker != null) {
            Epoch before = broker.writer().state().globalEpoch();
            try {
                operation.at(broker);
                if (!before.equals(broker.writer().state().globalEpoch())) {
                    checks.sometimes(condition);
                    world.note("an operator: " + condition);
                }
            } catch (UndermoonException e) {
                world.note("an operator is refused: " + e.code());
            }
        }
    }
}
