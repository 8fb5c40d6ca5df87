package io.undermoon.coordinator.port;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.umctl.MigrationProgress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The metadata of the broker. Every method returns within a bounded time and throws {@link BrokerException} when no
 * broker answers or the reply cannot be used.
 */
public interface MetadataSource {
    /** The global epoch. */
    Epoch epoch();

    /**
     * Waits, for tens of seconds at most, until the global epoch differs from the known one.
     *
     * @return the global epoch, changed or not; empty if this broker has no change feed
     */
    Optional<Epoch> awaitEpochOtherThan(Epoch known);

    /**
     * The epoch that each proxy should have.
     *
     * @return empty if the broker, like the original's, does not have this path
     */
    Optional<Map<ProxyAddress, Epoch>> wantedEpochs();

    /**
     * The epoch that each proxy should have, as the storage of the brokers has it at some moment during this call.
     *
     * @return empty if the broker, like the original's, cannot tell
     */
    Optional<Map<ProxyAddress, Epoch>> confirmedEpochs();

    /** Whether the broker can tell that, as far as is known from its last answers. */
    boolean confirmsEpochs();

    /** All registered proxies, failed ones included. */
    List<ProxyAddress> proxies();

    /** The proxies that were taken out of service by a failover. */
    Set<ProxyAddress> failedProxies();

    /** The metadata for one proxy; empty if it is not registered. */
    Optional<Proxy> proxy(ProxyAddress address);

    List<ClusterName> clusterNames();

    /**
     * The cluster of each proxy that is in one.
     *
     * @return empty if the broker, like the original's, does not have this path
     */
    default Optional<Map<ProxyAddress, ClusterName>> memberships() {
        return Optional.empty();
    }

    /**
     * What leads the proxies of a cluster from the metadata of an epoch to the present.
     *
     * @param base if the broker does not know it any more, the result leads from anything; so it does for 0
     * @return empty if there is none of this name, or the broker, like the original's, does not have this path
     */
    default Optional<ClusterUpdate> update(ClusterName name, Epoch base) {
        return Optional.empty();
    }

    /**
     * New metadata for the proxies of a cluster.
     *
     * @param base the epoch it leads from; 0 if it leads from anything
     * @param first the proxies that get it before all others, in groups of which one comes after the other
     * @param roles the arguments of {@code UMCTL SETREPL} for each proxy whose nodes have other roles than before
     * @param change the same for all proxies, in the form of {@code UMCTL SETCHANGE}
     */
    record ClusterUpdate(
            ClusterName clusterName,
            Epoch base,
            Epoch epoch,
            List<List<ProxyAddress>> first,
            Map<ProxyAddress, List<String>> roles,
            String change) {
        public ClusterUpdate {
            requireNonNull(clusterName, "cluster_name");
            requireNonNull(base, "base");
            requireNonNull(epoch, "epoch");
            requireNonNull(first, "first");
            requireNonNull(roles, "roles");
            requireNonNull(change, "change");
        }

        /** The group of a proxy; those that are in none come last. */
        public int turnOf(ProxyAddress proxy) {
            int turn = 0;
            while (turn < first.size() && !first.get(turn).contains(proxy)) {
                turn++;
            }
            return turn;
        }
    }

    /** A cluster with all its nodes; empty if there is none of this name. */
    Optional<Cluster> cluster(ClusterName name);

    /** A summary of a cluster; empty if there is none of this name. */
    Optional<ClusterInfo> clusterInfo(ClusterName name);

    /** Records that a migration has finished. Idempotent. */
    CommitOutcome commit(MigrationTask task);

    /**
     * Aborts a migration that its source has aborted.
     *
     * @return whether the broker has removed the migration
     */
    boolean abort(MigrationTask task);

    /** Reports the progress of migrations; no effect if the broker does not have this path. */
    void reportProgress(List<ProgressReport> reports);

    /** The progress of a migration as its source or destination reports it. */
    record ProgressReport(ClusterName clusterName, MigrationProgress progress) {}

    /**
     * Raises every epoch of a broker that lost changes above those of the proxies.
     *
     * @return the proxies that did not answer the broker
     */
    List<ProxyAddress> recoverEpochs();

    /** The result of {@link #commit}. */
    enum CommitOutcome {
        /** The slots have changed their owner. */
        COMMITTED,
        /** The broker has no such task: another coordinator committed it. */
        GONE,
        /** The broker is busy; to be retried. */
        RETRY
    }
}
