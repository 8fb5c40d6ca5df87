package io.undermoon.simulation;

import io.undermoon.broker.plan.Clusters;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
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
import java.util.List;
import java.util.Map;
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

    private static final long IDLE = 250 * World.MILLI;
    private static final long BUSY = 8 * World.MILLI;
    private static final long STEP = 250 * World.MILLI;
    private static final int CONVERGED_STEPS = 4;

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

        Schedule(long seed) {
            world = new World(seed);
            Seams.use(world);
            Network network = new Network(world);
            faultLog = new FaultLog(world);
            checks = new Checks(world, faultLog, PROMISES);
            int chunks = 1 + (world.chance(0.3) ? 1 : 0);
            nodes = chunks * StoredChunk.NODES;
            Installation.Size size = new Installation.Size(
                    2 * chunks + world.random(3),
                    1 + world.random(2),
                    1 + world.random(3),
                    1 + world.random(2),
                    world.chance(0.2) ? BUSY : IDLE,
                    PROMISES.leases());
            world.note(size + ", " + nodes + " nodes in the cluster");
            installation =
                    new Installation(world, network, size, checks, checks, checks, new SeenByCoordinators(checks));
            faults = new Faults(world, installation, faultLog, checks, CLUSTER, PROMISES.restarts());
        }

        Map<String, Object> run() {
            world.observe(() -> {}, e -> {
                Throwable cause = e;
                checks.violated("nothing is thrown: " + e + " at "
                        + List.of(cause.getStackTrace()).stream().limit(12).toList());
            });
            installation.start();
            boolean isReady = awaitUntil(SET_UP_LIMIT, this::isSetUp);
            if (!isReady) {
                checks.violated("a cluster is ready in " + SET_UP_LIMIT / World.SECOND + " s: " + whatIsWrong());
            }
            faults.start();
            world.runUntil(world.nowNanos() + SAFETY_PHASE);
            faults.stop();
            long[] before = successes();
            if (!awaitUntil(LIVENESS_LIMIT, () -> whatIsWrong() == null && haveWritten(before))) {
                if (waitsForOperator()) {
                    return result();
                }
                checks.violated("all is well " + LIVENESS_LIMIT / World.SECOND + " s after the last fault: "
                        + (whatIsWrong() == null ? "a client cannot write, " + lastErrors() : whatIsWrong()));
            }
            checks.checkAtEnd(installation);
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

        private boolean isSetUp() {
            Broker broker = installation.brokers().get(0);
            Metadata state = installation.storage().state();
            if (state.clusters().isEmpty()
                    && broker.isOpen()
                    && state.allProxies().size() == installation.proxies().size()) {
                try {
                    broker.writer()
                            .change((present, context) ->
                                    Clusters.create(present, context, CLUSTER, nodes, ClusterConfig.DEFAULT));
                } catch (UndermoonException e) {
                    world.note("cluster is not created: " + e.getMessage());
                }
            }
            return !state.clusters().isEmpty() && whatIsWrong() == null && haveWritten(new long[8]);
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

        private boolean haveWritten(long[] before) {
            long[] now = successes();
            for (int i = 0; i < now.length; i++) {
                if (now[i] <= before[i]) {
                    return false;
                }
            }
            return true;
        }

        /** What keeps the installation from being well; null if nothing does. */
        private @Nullable String whatIsWrong() {
            Metadata state = installation.storage().state();
            StoredCluster cluster = state.clusters().get(CLUSTER);
            if (cluster == null) {
                return "there is no cluster";
            }
            for (StoredChunk chunk : cluster.chunks()) {
                for (ProxyAddress address : chunk.proxyAddresses()) {
                    String wrong = whatIsWrongWith(installation.proxy(address.value()), cluster.epoch());
                    if (wrong != null || state.hasFailed(address)) {
                        return wrong == null ? address + " has failed" : wrong;
                    }
                }
                for (int part = 0; part < StoredChunk.PARTS; part++) {
                    String wrong = whatIsWrongWith(chunk, chunk.rolePosition().masterNode(part));
                    if (wrong != null) {
                        return wrong;
                    }
                    if (!chunk.isSynced(part)) {
                        return "a replica of " + chunk.proxyAddresses() + " does not count as in sync";
                    }
                }
            }
            return null;
        }

        /**
         * Whether a master has restarted and its proxy finds that the replica has newer data, while the broker does not
         * count that replica as in sync: both were down in turn. Who has the better data is left to an operator.
         */
        private boolean waitsForOperator() {
            for (StoredChunk chunk :
                    installation.storage().state().clusters().get(CLUSTER).chunks()) {
                for (int part = 0; part < StoredChunk.PARTS; part++) {
                    int master = chunk.rolePosition().masterNode(part);
                    if (!chunk.isSynced(part)
                            && installation
                                    .proxy(chunk.proxyOfNode(master).value())
                                    .isOutdated(chunk.nodeAddresses().get(master))) {
                        return true;
                    }
                }
            }
            return false;
        }

        private static @Nullable String whatIsWrongWith(ProxyServer proxy, Epoch wanted) {
            Epoch epoch = proxy.epochOfCluster();
            return wanted.equals(epoch) ? null : proxy + " has epoch " + epoch + ", not " + wanted;
        }

        private @Nullable String whatIsWrongWith(StoredChunk chunk, int node) {
            RedisServer master =
                    installation.redis(chunk.nodeAddresses().get(node).value());
            RedisServer replica = installation.redis(chunk.nodeAddresses()
                    .get(RolePosition.replicationPeer(node))
                    .value());
            if (!master.isMaster()) {
                return master + " is no master";
            }
            return replica.master() == master && replica.isLinked() ? null : replica + " does not follow " + master;
        }
    }
}
