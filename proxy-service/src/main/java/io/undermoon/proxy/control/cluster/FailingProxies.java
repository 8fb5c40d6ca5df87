package io.undermoon.proxy.control.cluster;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.Map;

/**
 * The proxies of a cluster that do not work, and the Redis nodes behind them. What is not named works.
 *
 * @param proxies by address
 * @param nodes by address
 */
public record FailingProxies(Map<ProxyAddress, Health> proxies, Map<NodeAddress, Health> nodes) {
    public static final FailingProxies NONE = new FailingProxies(Map.of(), Map.of());

    /** The state of a node, in the order from good to bad. */
    public enum Health {
        ONLINE(""),
        /** Reported, but not by enough coordinators: {@code PFAIL} of Redis. */
        SUSPECTED(",fail?"),
        FAILED(",fail");

        private final String flag;

        Health(String flag) {
            this.flag = flag;
        }

        /** As it follows other flags in {@code CLUSTER NODES}. */
        String flag() {
            return flag;
        }
    }

    public FailingProxies {
        proxies = Map.copyOf(proxies);
        nodes = Map.copyOf(nodes);
    }

    Health of(ClusterView.Master master) {
        return proxies.getOrDefault(master.proxy(), Health.ONLINE);
    }

    Health of(ClusterView.Replica replica) {
        List<NodeAddress> behind = replica.nodes();
        return behind.stream()
                .map(node -> nodes.getOrDefault(node, Health.ONLINE))
                .reduce(Health.ONLINE, (one, other) -> one.compareTo(other) < 0 ? other : one);
    }
}
