package io.undermoon.proxy.replication;

import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.backend.NodeRuns;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.umctl.SetRepl;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The runs of this proxy's nodes that may serve, see {@link NodeRun}. Every run of a node without a role in the present
 * metadata may; nodes behind other proxies are among those. Thread-safe.
 */
public final class ClearedRuns implements NodeRuns {
    private final TopologyStore topology;
    private final Map<HostPort, String> cleared = new ConcurrentHashMap<>();
    private final Map<HostPort, Integer> followers = new ConcurrentHashMap<>();

    public ClearedRuns(TopologyStore topology) {
        this.topology = topology;
    }

    @Override
    public boolean mayServe(Endpoint node, String runId) {
        return runId.equals(cleared.get(node.address())) || role(node) == null;
    }

    @Override
    public SetRepl.@Nullable Entry role(Endpoint node) {
        return topology.current().replication().entries().stream()
                .filter(entry -> HostPort.parse(entry.node().value()).equals(node.address()))
                .findFirst()
                .orElse(null);
    }

    @Override
    public int followers(Endpoint node) {
        return followers.getOrDefault(node.address(), 0);
    }

    /** Takes how many replicas have to acknowledge a write. */
    void putFollowers(Endpoint node, int count) {
        followers.put(node.address(), count);
    }

    /** Takes the run of a node that may serve; null for none that is known. */
    void put(Endpoint node, @Nullable String runId) {
        if (runId != null) {
            cleared.put(node.address(), runId);
        }
    }
}
