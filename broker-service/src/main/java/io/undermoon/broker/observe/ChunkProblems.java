package io.undermoon.broker.observe;

import io.undermoon.broker.observe.Problem.Remedy;
import io.undermoon.broker.observe.Problem.Severity;
import io.undermoon.broker.observe.ShardState.Copy;
import io.undermoon.broker.observe.ShardState.Service;
import io.undermoon.broker.plan.Coordinators;
import io.undermoon.broker.plan.Replicas;
import io.undermoon.broker.plan.Spares;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is wrong with the chunks of a cluster. */
final class ChunkProblems {
    private final Look look;
    private final StoredCluster cluster;
    private final ClusterName name;
    private final Map<NodeAddress, NodeAnswer> nodes;
    private final List<Problem> found = new ArrayList<>();

    private ChunkProblems(Look look, StoredCluster cluster) {
        this.look = look;
        this.cluster = cluster;
        this.name = cluster.name();
        this.nodes = ClusterFigures.nodes(cluster, look.observer());
    }

    static List<Problem> of(Look look, StoredCluster cluster) {
        ChunkProblems problems = new ChunkProblems(look, cluster);
        cluster.chunks().forEach(problems::add);
        return problems.found;
    }

    private void add(StoredChunk chunk) {
        ProxyAddress first = chunk.proxyAddresses().get(0);
        ProxyAddress second = chunk.proxyAddresses().get(1);
        ShardState[] shards = {
            ShardState.of(look, cluster, chunk, 0, nodes), ShardState.of(look, cluster, chunk, 1, nodes)
        };
        boolean firstOut = look.isOut(first);
        boolean secondOut = look.isOut(second);
        if (firstOut && secondOut) {
            found.add(bothOut(chunk, shards));
        } else if (firstOut || secondOut) {
            found.add(oneOut(chunk, shards, firstOut ? first : second, firstOut ? second : first));
        } else {
            for (ShardState shard : shards) {
                addOf(shard);
            }
        }
        addSpares(chunk);
        if (!firstOut && !secondOut && chunk.rolePosition() != RolePosition.NORMAL && !chunk.hasNoSlots()) {
            found.add(Problem.of(
                            "uneven_masters",
                            Severity.NOTICE,
                            name,
                            shards[0].masterProxy(),
                            "Proxy " + shards[0].masterProxy() + " has both masters of its chunk",
                            "It does the work of two, and its partner none.",
                            "Nothing, if auto_balance is on; or even the masters out now.")
                    .with(new Remedy("balance", name.value())));
        }
    }

    private Problem bothOut(StoredChunk chunk, ShardState[] shards) {
        ProxyAddress first = chunk.proxyAddresses().get(0);
        ProxyAddress second = chunk.proxyAddresses().get(1);
        String masters = shards[0].masterProxy().equals(shards[1].masterProxy())
                ? shards[0].masterProxy() + ", whose nodes are the masters"
                : "both, as each has a master";
        return Problem.of(
                        "chunk_down",
                        Severity.CRITICAL,
                        name,
                        first,
                        "Proxies " + first + " and " + second + " do not answer",
                        slots(shards[0].slots() + shards[1].slots())
                                + " not served. The two have the only copies of their data, so none is replaced.",
                        "Start " + masters + ". If its data is lost for good, start the other one and fail over with"
                                + " force, which accepts the loss.")
                .since(Math.max(look.silentSeconds(first), look.silentSeconds(second)))
                .with(new Remedy("failover", shards[0].masterProxy().value()));
    }

    private Problem oneOut(StoredChunk chunk, ShardState[] shards, ProxyAddress out, ProxyAddress other) {
        int slots = 0;
        boolean mayTakeOver = true;
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            if (shards[part].masterProxy().equals(out)) {
                slots += shards[part].slots();
                mayTakeOver &= shards[part].slots() == 0 || Replicas.mayBecomeMaster(look.state(), chunk, part);
            }
        }
        Problem problem = Problem.of(
                "proxy_silent",
                slots > 0 ? Severity.CRITICAL : Severity.WARNING,
                name,
                out,
                "Proxy " + out + " does not answer: " + reason(out),
                slots == 0
                        ? "Its partner " + other + " serves all slots of the two, and has the only copy of their data."
                        : mayTakeOver
                                ? slots(slots) + " not served until " + other + " takes over, " + reports(out) + "."
                                : slots(slots) + " not served. " + other + " cannot take over: its replica is not in"
                                        + " sync, and would lose acknowledged writes.",
                "Start the proxy or its host. " + replacement());
        return problem.since(look.silentSeconds(out)).with(new Remedy("failover", out.value()));
    }

    private String reports(ProxyAddress out) {
        if (look.coordinators() == 0) {
            return "but no coordinator is alive that would have it do so";
        }
        int reports = look.state().failures().containsKey(out)
                ? look.state().failures().get(out).size()
                : 0;
        return "which coordinators see to within seconds (" + reports + " of "
                + Coordinators.quorum(look.state(), look.context()) + " reports)";
    }

    private String reason(ProxyAddress proxy) {
        String problem = look.observer().of(proxy).problem();
        return problem.isEmpty() ? "it is marked as failed" : problem;
    }

    private String replacement() {
        return look.freeProxies() == 0
                ? "There is no free proxy that could take its place: register one on another host."
                : "A free proxy takes its place, if there is one on a suitable host.";
    }

    /** A shard of which both proxies answer. */
    private void addOf(ShardState shard) {
        if (shard.slots() == 0) {
            return;
        }
        NodeAnswer master = nodes.get(shard.master());
        if (shard.service() == Service.NOT_SERVED) {
            boolean isRestarted = master != null && master.isUp() && !master.isCleared();
            found.add(Problem.of(
                            isRestarted ? "master_restarted" : "node_down",
                            Severity.CRITICAL,
                            name,
                            shard.master(),
                            "Node " + shard.master() + " behind " + shard.masterProxy()
                                    + (isRestarted
                                            ? " has restarted, and its replica may have newer data"
                                            : master == null || master.isUp()
                                                    ? " is not master, as it should be"
                                                    : " is " + master.state()),
                            slots(shard.slots()) + " not served until its replica takes over or it may serve.",
                            isRestarted
                                    ? "Wait some seconds: the replica is asked, and takes over if it knows more."
                                    : "Start the node; its replica takes over if it is in sync.")
                    .with(new Remedy("switchover", shard.replica().value())));
        } else if (shard.copy() == Copy.MISSING) {
            NodeAnswer replica = nodes.get(shard.replica());
            String down = replica == null || replica.isUp() ? "" : replica.state();
            found.add(Problem.of(
                    "replica_missing",
                    Severity.WARNING,
                    name,
                    shard.replica(),
                    "Replica " + shard.replica() + " of " + shard.master()
                            + (down.isEmpty() ? " is not in sync" + limit() : " is " + down),
                    "Node " + shard.master() + " has the only copy of " + slots(shard.slots(), "")
                            + "; if it is lost, so is the data.",
                    down.isEmpty()
                            ? "Wait while it copies. If that lasts, see whether it runs and reaches its master."
                            : "Start the node behind " + shard.replicaProxy() + "; it copies by itself."));
        }
    }

    private String limit() {
        Long max = cluster.config().maxLagOnFailover();
        return max == null ? "" : ", or further behind than max_lag_on_failover, " + max + " bytes";
    }

    private void addSpares(StoredChunk chunk) {
        chunk.spares().forEach(spare -> {
            if (look.isOut(spare.proxyAddress())) {
                found.add(Problem.of(
                                "spare_silent",
                                Severity.WARNING,
                                name,
                                spare.proxyAddress(),
                                "Spare " + spare.proxyAddress() + " does not answer: " + reason(spare.proxyAddress()),
                                "Its chunk has one copy less than it should.",
                                "Start it. " + replacement())
                        .since(look.silentSeconds(spare.proxyAddress())));
            }
        });
        int missing = Spares.missing(cluster, chunk);
        if (missing > 0) {
            found.add(Problem.of(
                    "spare_missing",
                    Severity.NOTICE,
                    name,
                    chunk.proxyAddresses().get(0),
                    "The chunk of " + chunk.proxyAddresses().get(0) + " and "
                            + chunk.proxyAddresses().get(1) + " lacks " + missing + " of "
                            + cluster.config().wantedSpares() + " spares",
                    "It has fewer copies than the cluster is to have.",
                    "Register free proxies on other hosts."));
        }
    }

    private static String slots(int number) {
        return slots(number, number == 1 ? " is" : " are");
    }

    private static String slots(int number, String verb) {
        return number + (number == 1 ? " slot" : " slots") + verb;
    }
}
