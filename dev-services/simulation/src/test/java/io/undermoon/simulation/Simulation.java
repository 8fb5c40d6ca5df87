package io.undermoon.simulation;

import io.undermoon.broker.plan.Clusters;
import io.undermoon.broker.plan.Spares;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.migration.MigrationSettings.ReplicaAck;
import io.undermoon.simulation.check.Checks;
import io.undermoon.simulation.check.FaultLog;
import io.undermoon.simulation.check.SeenByCoordinators;
import io.undermoon.simulation.check.Sometimes;
import io.undermoon.simulation.redis.RedisServer;
import io.undermoon.simulation.service.Broker;
import io.undermoon.simulation.service.Installation;
import io.undermoon.simulation.service.ProxyServer;
import io.undermoon.simulation.world.Network;
import io.undermoon.simulation.world.Seams;
import io.undermoon.simulation.world.World;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: an installation is set up, lives through faults for a time (the safety phase), and has to be well again
 * within a bound when they have ended (the liveness phase). Invariants are checked all the time. The seed decides
 * everything.
 */
public final class Simulation implements LongFunction<Map<String, Object>>, Supplier<List<String>> {
    private static final ClusterName CLUSTER = new ClusterName("demo");
    private static final Checks.Promises PROMISES = new Checks.Promises(
            !"false".equals(System.getProperty("undermoon.simulation.leases")),
            Boolean.getBoolean("undermoon.simulation.restarts"));
    private static final long SET_UP_LIMIT = 20 * World.SECOND;
    private static final long SAFETY_PHASE = 40 * World.SECOND;

    /** Failed pushes and failovers are tried again after at most 30 s, and a failure report counts for 60 s. */
    private static final long LIVENESS_LIMIT = 90 * World.SECOND;

    /** All but the masters that wait for an operator is well by then. */
    private static final long REST_LIMIT = 10 * World.SECOND;

    private static final long IDLE = 250 * World.MILLI;
    private static final long BUSY = 8 * World.MILLI;
    private static final long STEP = 250 * World.MILLI;
    private static final int CONVERGED_STEPS = 4;

    /** From this seed on clusters have hot spares. */
    static final long FIRST_WITH_SPARES = 1_000_000;

    /** From this seed on faults begin when the cluster has just been created. */
    static final long FIRST_OF_NEW_CLUSTERS = 2_000_000;

    /** The classes of the simulation have no types in common with the tests but those of the JDK. */
    @Override
    public Map<String, Object> apply(long seed) {
        return new Schedule(seed).run();
    }

    /** The conditions that have to be reached sometimes. */
    @Override
    public List<String> get() {
        return Arrays.stream(Sometimes.values())
                .filter(condition -> condition.isPossible(PROMISES.leases()))
                .map(Enum::name)
                .toList();
    }

    private static final class Schedule {
        private final World world;
        private final FaultLog faultLog;
        private final Checks checks;
        private final Installation installation;
        private final Faults faults;
        private final int nodes;
        private final ClusterConfig config;
        private final boolean isNew;

        Schedule(long seed) {
            isNew = seed >= FIRST_OF_NEW_CLUSTERS;
            world = new World(seed);
            Seams.use(world);
            Network network = new Network(world);
            faultLog = new FaultLog(world);
            checks = new Checks(world, faultLog, PROMISES);
            int chunks = 1 + (world.chance(0.3) ? 1 : 0);
            nodes = chunks * StoredChunk.NODES;
            int spares = seed < FIRST_WITH_SPARES || isNew ? 0 : 1 + world.random(2);
            boolean acks = world.chance(0.25);
            config = new ClusterConfig(null, null, null, acks ? 1 : null, ClusterConfig.MIN_COPIES + spares, null);
            if (acks) {
                checks.requireReplicaAcks();
            }
            Installation.Size size = new Installation.Size(
                    2 * chunks + (spares > 0 ? 1 : 0) + world.random(3),
                    1 + world.random(2),
                    1 + world.random(3),
                    1 + world.random(2),
                    world.chance(0.2) ? BUSY : IDLE,
                    PROMISES.leases(),
                    // Slots that are switched to a master without a replica are lost with it.
                    acks || world.chance(0.5) ? ReplicaAck.ALWAYS : ReplicaAck.CONNECTED,
                    spares > 0 || isNew);
            world.note(size + ", " + nodes + " nodes in the cluster, " + spares + " spares"
                    + (acks ? ", writes wait for replicas" : ""));
            installation =
                    new Installation(world, network, size, checks, checks, checks, new SeenByCoordinators(checks));
            checks.servers(installation::redis);
            faults = new Faults(world, installation, faultLog, checks, CLUSTER, PROMISES.restarts());
        }

        Map<String, Object> run() {
            world.observe(() -> {}, e -> {
                Throwable cause = e;
                checks.violated("nothing is thrown: " + e + " at "
                        + List.of(cause.getStackTrace()).stream().limit(12).toList());
            });
            installation.start();
            boolean isReady = isNew ? awaitCreated() : awaitUntil(SET_UP_LIMIT, this::isSetUp);
            if (!isReady) {
                checks.violated(
                        "a cluster is ready in " + SET_UP_LIMIT / World.SECOND + " s: " + whatIsWrong(Set.of()));
            }
            faults.start(isNew);
            world.runUntil(world.nowNanos() + SAFETY_PHASE);
            faults.stop();
            long[] before = successes();
            boolean isWell = awaitUntil(LIVENESS_LIMIT, () -> isWell(before, Set.of()));
            Set<RedisServer> waiting = isWell ? Set.of() : waitingForOperator();
            if (!isWell && (waiting.isEmpty() || !awaitUntil(REST_LIMIT, () -> isWell(before, waiting)))) {
                String wrong = whatIsWrong(waiting);
                checks.violated("all is well " + LIVENESS_LIMIT / World.SECOND + " s after the last fault: "
                        + (wrong == null ? "a client cannot write, " + lastErrors() : wrong));
            }
            checks.checkAtEnd(installation, waiting);
            return result();
        }

        private Map<String, Object> result() {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("hash", world.trace().hash());
            result.put("nanos", world.nowNanos());
            result.put("seen", checks.seen().stream().map(Enum::name).toList());
            String violation = checks.violation();
            if (violation != null) {
                result.put("violation", violation);
                result.put("story", world.trace().lastLines());
            }
            return result;
        }

        private interface Condition {
            boolean holds();
        }

        /** Whether a condition holds for some time before a limit. */
        private boolean awaitUntil(long limit, Condition condition) {
            long end = world.nowNanos() + limit;
            int inARow = 0;
            while (world.nowNanos() < end && inARow < CONVERGED_STEPS && checks.violation() == null) {
                world.runUntil(world.nowNanos() + STEP);
                inARow = condition.holds() ? inARow + 1 : 0;
            }
            return inARow >= CONVERGED_STEPS || checks.violation() != null;
        }

        private boolean awaitCreated() {
            long end = world.nowNanos() + SET_UP_LIMIT;
            while (world.nowNanos() < end
                    && installation.storage().state().clusters().isEmpty()) {
                world.runUntil(world.nowNanos() + STEP);
                create();
            }
            return world.nowNanos() < end;
        }

        private boolean isSetUp() {
            create();
            return !installation.storage().state().clusters().isEmpty()
                    && isWell(new long[installation.clients().size()], Set.of());
        }

        /** Creates the cluster if there is none and all proxies are there. */
        private void create() {
            Broker broker = installation.brokers().get(0);
            Metadata state = installation.storage().state();
            if (state.clusters().isEmpty()
                    && broker.isOpen()
                    && state.allProxies().size() == installation.proxies().size()) {
                try {
                    broker.writer()
                            .change((present, context) -> Clusters.create(present, context, CLUSTER, nodes, config));
                } catch (UndermoonException e) {
                    world.note("cluster is not created: " + e.getMessage());
                }
            }
        }

        private long[] successes() {
            return installation.clients().stream()
                    .mapToLong(client -> client.successes())
                    .toArray();
        }

        private List<String> lastErrors() {
            return installation.clients().stream()
                    .map(client -> String.valueOf(client.lastError()))
                    .toList();
        }

        /** @param waiting masters that are left to an operator */
        private boolean isWell(long[] before, Set<RedisServer> waiting) {
            return whatIsWrong(waiting) == null && haveWritten(before, waiting);
        }

        private boolean haveWritten(long[] before, Set<RedisServer> waiting) {
            long[] now = successes();
            for (int i = 0; i < now.length; i++) {
                List<Integer> keys = installation.clients().get(i).keys();
                if (now[i] <= before[i] && !keys.stream().allMatch(key -> checks.isAtOneOf(waiting, key))) {
                    return false;
                }
            }
            return true;
        }

        /**
         * What keeps the installation from being well, beside the masters that wait; null if nothing does. The proxy of
         * such a master is reported, fails and registers again and again, and the other shard of its chunk changes
         * roles with that: it has to be served, but its replica is not looked at.
         */
        private @Nullable String whatIsWrong(Set<RedisServer> waiting) {
            Metadata state = installation.storage().state();
            StoredCluster cluster = state.clusters().get(CLUSTER);
            if (cluster == null) {
                return "there is no cluster";
            }
            if (waiting.isEmpty() && cluster.runsMigrations()) {
                return "slots still move";
            }
            String spares = whatIsWrongWithSpares(state);
            if (waiting.isEmpty() && spares != null) {
                return spares;
            }
            for (StoredChunk chunk : cluster.chunks()) {
                boolean chunkWaits = hasOneOf(waiting, chunk);
                for (ProxyAddress address : chunk.proxies().toList()) {
                    String wrong = whatIsWrongWith(installation.proxy(address.value()), cluster.epoch());
                    if (wrong != null) {
                        return wrong;
                    }
                    if (state.hasFailed(address) && !chunkWaits) {
                        return address + " has failed";
                    }
                }
                for (int part = 0; part < StoredChunk.PARTS; part++) {
                    RedisServer master = master(chunk, part);
                    if (!waiting.contains(master) && !master.isMaster()) {
                        return master + " is no master";
                    }
                    String wrong = chunkWaits ? null : whatIsWrongWithReplica(chunk, part);
                    if (wrong != null) {
                        return wrong;
                    }
                    for (Spare spare : chunk.spares()) {
                        RedisServer follower =
                                installation.redis(spare.nodeOfPart(part).value());
                        if (!chunkWaits && (follower.master() != master || !follower.isLinked())) {
                            return follower + " of a spare does not follow " + master;
                        }
                    }
                }
            }
            return null;
        }

        /** Chunks have as many spares as there are proxies for. */
        private @Nullable String whatIsWrongWithSpares(Metadata state) {
            if (!Spares.areUsed(state)) {
                return null;
            }
            Optional<Broker> broker =
                    installation.brokers().stream().filter(Broker::isOpen).findFirst();
            if (broker.isEmpty()) {
                return "no broker is open";
            }
            List<Spares.Change> missing =
                    Spares.level(state, broker.get().writer().planContext()).result();
            return missing.isEmpty() ? null : "spares are not those that there could be: " + missing;
        }

        /**
         * The masters that have restarted and of which their proxies find that the replica has newer data, while the
         * broker does not count that replica as in sync: both were down in turn. Who has the better data is left to an
         * operator. A second restarted master of such a proxy waits with the first, as masters of a proxy change roles
         * together.
         */
        private Set<RedisServer> waitingForOperator() {
            Set<RedisServer> waiting = new LinkedHashSet<>();
            for (StoredChunk chunk :
                    installation.storage().state().clusters().get(CLUSTER).chunks()) {
                for (int part = 0; part < StoredChunk.PARTS; part++) {
                    if (!chunk.isSynced(part) && isOutdated(chunk, part)) {
                        waiting.add(master(chunk, part));
                        int other = 1 - part;
                        if (proxyOf(chunk, other).equals(proxyOf(chunk, part)) && isOutdated(chunk, other)) {
                            waiting.add(master(chunk, other));
                        }
                    }
                }
            }
            return waiting;
        }

        private boolean isOutdated(StoredChunk chunk, int part) {
            return installation
                    .proxy(proxyOf(chunk, part).value())
                    .isOutdated(chunk.nodeAddresses().get(chunk.rolePosition().masterNode(part)));
        }

        private static ProxyAddress proxyOf(StoredChunk chunk, int part) {
            return chunk.proxyOfNode(chunk.rolePosition().masterNode(part));
        }

        private boolean hasOneOf(Set<RedisServer> masters, StoredChunk chunk) {
            return masters.contains(master(chunk, 0)) || masters.contains(master(chunk, 1));
        }

        private RedisServer master(StoredChunk chunk, int part) {
            return redis(chunk, chunk.rolePosition().masterNode(part));
        }

        private RedisServer redis(StoredChunk chunk, int node) {
            return installation.redis(chunk.nodeAddresses().get(node).value());
        }

        private static @Nullable String whatIsWrongWith(ProxyServer proxy, Epoch wanted) {
            Epoch epoch = proxy.epochOfCluster();
            return wanted.equals(epoch) ? null : proxy + " has epoch " + epoch + ", not " + wanted;
        }

        private @Nullable String whatIsWrongWithReplica(StoredChunk chunk, int part) {
            RedisServer master = master(chunk, part);
            RedisServer replica = redis(
                    chunk, RolePosition.replicationPeer(chunk.rolePosition().masterNode(part)));
            if (replica.master() != master || !replica.isLinked()) {
                return replica + " does not follow " + master;
            }
            return chunk.isSynced(part)
                    ? null
                    : "a replica of " + chunk.proxyAddresses() + " does not count as in sync";
        }
    }
}
