package io.undermoon.coordinator.port;

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
