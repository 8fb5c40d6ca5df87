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
 * The metadata as the broker keeps it. Every method returns within a bounded time; every method throws
 * {@link BrokerException} when no broker answers or the answer cannot be used.
 */
public interface MetadataSource {
    /** The global epoch. */
    Epoch epoch();

    /**
     * Waits, for tens of seconds at most, until the global epoch is another than the one given.
     *
     * @return the global epoch, changed or not; empty if this broker has no change feed
     */
    Optional<Epoch> awaitEpochOtherThan(Epoch known);

    /**
     * The epoch that each proxy should have.
     *
     * @return empty if this broker cannot tell without handing out the metadata itself
     */
    Optional<Map<ProxyAddress, Epoch>> wantedEpochs();

    /** All registered proxies, failed ones included. */
    List<ProxyAddress> proxies();

    /** The proxies that were taken out of service. */
    Set<ProxyAddress> failedProxies();

    /** What a proxy has to know; empty if it is not registered. */
    Optional<Proxy> proxy(ProxyAddress address);

    List<ClusterName> clusterNames();

    /** A cluster with all its nodes; empty if there is none of this name. */
    Optional<Cluster> cluster(ClusterName name);

    /** A cluster at a glance; empty if there is none of this name. */
    Optional<ClusterInfo> clusterInfo(ClusterName name);

    /** Records that a migration has finished. Committing the same task again does no harm. */
    CommitOutcome commit(MigrationTask task);

    /**
     * Takes a migration back whose source has given it up.
     *
     * @return whether the broker does not have it any more
     */
    boolean abort(MigrationTask task);

    /** Tells the broker how far migrations are; one that does not want to know is not told. */
    void reportProgress(List<ProgressReport> reports);

    /** How far a migration of a cluster is, as one of its proxies sees it. */
    record ProgressReport(ClusterName clusterName, MigrationProgress progress) {}

    /**
     * Lifts every epoch above what the proxies hold, for a broker that lost changes.
     *
     * @return the proxies that could not be asked
     */
    List<ProxyAddress> recoverEpochs();

    /** What became of {@link #commit}. */
    enum CommitOutcome {
        /** The slots have changed their owner. */
        COMMITTED,
        /** The broker knows no such task: somebody else was faster. */
        GONE,
        /** The broker is busy; to be tried again. */
        RETRY
    }
}
