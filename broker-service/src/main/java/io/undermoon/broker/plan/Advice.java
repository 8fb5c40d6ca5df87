package io.undermoon.broker.plan;

import io.undermoon.broker.state.Location;
import io.undermoon.broker.state.Location.Distance;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the copies of a cluster's data lack, and what would help: sentences for its operator. */
public final class Advice {
    private static final String REMEDY =
            ": POST /hosts/drain/<host> of one of them moves the chunk where there are free proxies farther apart";

    private Advice() {}

    /** At most one sentence for each chunk, in order; empty if all chunks have all copies, far apart, and their masters
     * even. */
    public static List<String> of(Metadata state, PlanContext context, StoredCluster cluster) {
        Set<ProxyAddress> down = FailureReports.down(state, context);
        List<String> sentences = new ArrayList<>();
        for (StoredChunk chunk : cluster.chunks()) {
            ProxyAddress first = chunk.proxyAddresses().get(0);
            ProxyAddress second = chunk.proxyAddresses().get(1);
            if (down.contains(first) && down.contains(second)) {
                sentences.add(bothDown(chunk));
            } else if (down.contains(first)) {
                sentences.add(oneDown(chunk, 0));
            } else if (down.contains(second)) {
                sentences.add(oneDown(chunk, 1));
            } else {
                bothUp(state, cluster, chunk, sentences);
            }
        }
        return List.copyOf(sentences);
    }

    private static String bothDown(StoredChunk chunk) {
        ProxyAddress first = masterProxy(chunk, 0);
        ProxyAddress second = masterProxy(chunk, 1);
        String wanted =
                first.equals(second) ? "'" + first + "', whose nodes are the masters" : "both, as each has a master";
        String spares = chunk.spares().isEmpty()
                ? ""
                : "; that puts spare '" + chunk.spares().get(0).proxyAddress()
                        + "', which has what it had copied, in the place of the lost one";
        return "proxies '" + chunk.proxyAddresses().get(0) + "' and '"
                + chunk.proxyAddresses().get(1) + "' are both down, and the slots of their chunk are not served: start "
                + wanted + "; if its data is lost for good, start the other one, and POST /proxies/failover/<lost>"
                + "?force=true accepts the loss" + spares;
    }

    private static String oneDown(StoredChunk chunk, int half) {
        ProxyAddress down = chunk.proxyAddresses().get(half);
        ProxyAddress up = chunk.proxyAddresses().get(1 - half);
        if (chunk.rolePosition() == RolePosition.mastersOn(1 - half)) {
            return "proxy '" + up + "' has the only copies of its slots, since '" + down
                    + "' is down: start that, or register a free proxy on another host";
        }
        return "proxy '" + down + "' is down, and its masters cannot be taken over, since their replicas behind '" + up
                + "' are not in sync: start it; if its data is lost for good, POST /proxies/failover/" + down
                + "?force=true accepts the loss";
    }

    private static void bothUp(Metadata state, StoredCluster cluster, StoredChunk chunk, List<String> sentences) {
        Long maxLag = cluster.config().maxLagOnFailover();
        String limit = maxLag == null ? "" : " or further behind than max_lag_on_failover, " + maxLag + " bytes";
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            if (chunk.tracksReplicas() && chunk.ownsSlotsOrMoves(part) && !chunk.isSynced(part)) {
                int master = chunk.rolePosition().masterNode(part);
                int replica = RolePosition.replicationPeer(master);
                sentences.add("node '" + chunk.nodeAddresses().get(replica) + "' behind '" + chunk.proxyOfNode(replica)
                        + "' is not in sync with its master '"
                        + chunk.nodeAddresses().get(master)
                        + "'" + limit + ": if that lasts, see whether it runs and reaches its master");
                return;
            }
        }
        int missing = Spares.missing(cluster, chunk);
        if (missing > 0) {
            sentences.add("the chunk of '" + chunk.proxyAddresses().get(0) + "' and '"
                    + chunk.proxyAddresses().get(1) + "' lacks " + missing + " of "
                    + cluster.config().wantedSpares() + " spares: register free proxies on other hosts");
            return;
        }
        if (chunk.rolePosition() != RolePosition.NORMAL && !chunk.hasNoSlots()) {
            sentences.add("proxy '" + masterProxy(chunk, 0) + "' has both masters of its chunk: PUT /clusters/balance"
                    + " evens them out, and auto_balance does when it has been quiet");
            return;
        }
        near(state, chunk).ifPresent(sentences::add);
    }

    /** Of a chunk whose halves fail together. */
    private static Optional<String> near(Metadata state, StoredChunk chunk) {
        ProxyAddress first = chunk.proxyAddresses().get(0);
        ProxyAddress second = chunk.proxyAddresses().get(1);
        Location place = Preconditions.requireProxy(state, first).place();
        Location other = Preconditions.requireProxy(state, second).place();
        List<Location> all =
                state.allProxies().values().stream().map(ProxyResource::place).toList();
        if (place.isSameMachine(other) && all.stream().anyMatch(any -> place.distance(any) != Distance.NONE)) {
            return Optional.of(halves(first, second) + "on machine '" + place.machine() + "'" + REMEDY);
        }
        boolean isOneZone = place.zone() != null && place.zone().equals(other.zone());
        if (isOneZone && all.stream().anyMatch(any -> place.distance(any) == Distance.ZONES)) {
            return Optional.of(halves(first, second) + "in zone '" + place.zone() + "'" + REMEDY);
        }
        return Optional.empty();
    }

    private static String halves(ProxyAddress first, ProxyAddress second) {
        return "proxies '" + first + "' and '" + second + "', the halves of a chunk, are both ";
    }

    private static ProxyAddress masterProxy(StoredChunk chunk, int part) {
        return chunk.proxyOfNode(chunk.rolePosition().masterNode(part));
    }
}
