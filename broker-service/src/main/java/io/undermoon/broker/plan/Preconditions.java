package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;

/** The checks that plans share. */
final class Preconditions {
    /** Each of the two shards of a chunk needs at least one slot. */
    private static final int MAX_NODES = 2 * 16384;

    private Preconditions() {}

    static StoredCluster requireCluster(Metadata state, ClusterName name) {
        StoredCluster cluster = state.clusters().get(name);
        if (cluster == null) {
            throw new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'");
        }
        return cluster;
    }

    static ProxyResource requireProxy(Metadata state, ProxyAddress address) {
        ProxyResource proxy = state.allProxies().get(address);
        if (proxy == null) {
            throw new UndermoonException(ErrorCode.PROXY_NOT_FOUND, "there is no proxy '" + address + "'");
        }
        return proxy;
    }

    static void requireNoMigration(StoredCluster cluster) {
        if (cluster.runsMigrations()) {
            throw new UndermoonException(
                    ErrorCode.MIGRATION_RUNNING,
                    "cluster '" + cluster.name() + "' has " + cluster.tasks().size()
                            + " unfinished migrations; try again when they are done");
        }
    }

    /** @param total the number of nodes after the change */
    static void requireNodeNumber(long nodes, long total) {
        if (nodes <= 0 || nodes % 4 != 0) {
            throw new UndermoonException(
                    ErrorCode.INVALID_NODE_NUMBER, "node number " + nodes + " is not a positive multiple of 4");
        }
        if (total > MAX_NODES) {
            throw new UndermoonException(
                    ErrorCode.INVALID_NODE_NUMBER,
                    total + " nodes are more than the " + MAX_NODES + " that can share the slots of a cluster");
        }
    }
}
