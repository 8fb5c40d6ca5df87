package io.undermoon.proxy.server;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Finds out which former peers of a free proxy have left their cluster, too: when a cluster is deleted all have, and
 * would send clients to each other. A few are asked, less and less often, for as long as clients are sent to them.
 *
 * <p>Works on the control loop.
 */
final class FormerPeers {
    private static final int ASKED = 8;
    private static final long FIRST_MILLIS = 250;

    private final TopologyStore topology;
    private final NodeClient client;
    private final Endpoints endpoints;
    private final EventLoop loop;
    private boolean isAsking;

    /** @param loop the control loop, on which the client's stages complete */
    FormerPeers(TopologyStore topology, NodeClient client, Endpoints endpoints, EventLoop loop) {
        this.topology = topology;
        this.client = client;
        this.endpoints = endpoints;
        this.loop = loop;
    }

    /** To be called before the proxy has metadata. */
    void start() {
        topology.onChange(now -> {
            if (now.formerCluster() != null) {
                loop.execute(this::begin);
            }
        });
    }

    private void begin() {
        if (!isAsking) {
            isAsking = true;
            askLater(FIRST_MILLIS);
        }
    }

    private void askLater(long millis) {
        loop.schedule(() -> ask(2 * millis), millis, TimeUnit.MILLISECONDS);
    }

    private void ask(long nextMillis) {
        Topology now = topology.current();
        ClusterName cluster = now.formerCluster();
        Set<ProxyAddress> peers = now.formerPeers();
        if (cluster == null || peers.isEmpty()) {
            isAsking = false;
            return;
        }
        List<ProxyAddress> asked = new ArrayList<>(peers);
        Collections.shuffle(asked);
        asked = asked.subList(0, Math.min(ASKED, asked.size()));
        Set<ProxyAddress> gone = new HashSet<>();
        CompletableFuture<?>[] answers = asked.stream()
                .map(peer -> client.call(endpoints.peer(peer.value(), 0), "UMCTL", "LISTCLUSTER")
                        .handleAsync(
                                (reply, problem) -> problem == null && isElsewhere(reply, cluster) && gone.add(peer),
                                loop)
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        int count = asked.size();
        CompletableFuture.allOf(answers).thenRunAsync(() -> learned(cluster, gone, count, nextMillis), loop);
    }

    /** If none of those that were asked is in the cluster, it is taken to be deleted. */
    private void learned(ClusterName cluster, Set<ProxyAddress> gone, int asked, long nextMillis) {
        Topology now = topology.current();
        if (!gone.isEmpty() && cluster.equals(now.formerCluster())) {
            topology.haveLeftFormerCluster(gone.size() == asked ? now.formerPeers() : gone);
        }
        askLater(nextMillis);
    }

    private static boolean isElsewhere(RespValue reply, ClusterName cluster) {
        return reply instanceof RespValue.Array names
                && names.items().stream().map(RespValue::asText).noneMatch(cluster.value()::equals);
    }
}
