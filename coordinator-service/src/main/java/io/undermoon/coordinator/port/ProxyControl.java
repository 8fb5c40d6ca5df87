package io.undermoon.coordinator.port;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.umctl.MigrationProgress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The control commands of proxies. Every method returns within a bounded time and throws {@link RespClientException}
 * when the proxy cannot be reached, does not answer in time, or answers with an error.
 */
public interface ProxyControl {
    /** Asks a proxy for its epoch and its nodes. A proxy that answers with errors is alive too. */
    Probe probe(ProxyAddress proxy);

    /**
     * Sends a proxy its metadata: the replication roles of its nodes, and the slots.
     *
     * @param leases whether the proxy may serve by it only while it holds a lease
     */
    PushOutcome push(Proxy metadata, boolean leases);

    /**
     * Renews the lease of a proxy.
     *
     * @param token that the proxy has given
     */
    Lease renew(ProxyAddress proxy, String token);

    /**
     * What a proxy says of its lease.
     *
     * @param token renews the lease from the moment in which the proxy gave it
     * @param epoch of its metadata
     * @param isAlone whether its partner does not renew the lease
     */
    record Lease(String token, Epoch epoch, boolean isAlone) {}

    /**
     * Sends a proxy what has changed in its cluster.
     *
     * @param leases whether the proxy may serve by it only while it holds a lease
     */
    default PushOutcome push(ProxyAddress proxy, MetadataSource.ClusterUpdate update, boolean leases) {
        return PushOutcome.UNKNOWN_COMMAND;
    }

    /** The migrations that a proxy takes part in. */
    Migrations migrations(ProxyAddress proxy);

    /**
     * The migrations of a proxy.
     *
     * @param finished waiting to be committed
     * @param progress empty if the proxy, like the original's, does not have the command
     */
    record Migrations(List<MigrationTask> finished, List<MigrationProgress> progress) {
        public Migrations {
            finished = List.copyOf(finished);
            progress = List.copyOf(progress);
        }
    }

    /**
     * The answer of a proxy that is alive.
     *
     * @param epoch of the last metadata it accepted; empty if the proxy answered with an error
     * @param nodes its Redis nodes; empty if the proxy, like the original's, does not have the command
     * @param lease empty if the proxy does not have the command
     */
    record Probe(Optional<Epoch> epoch, List<NodeHealth> nodes, Optional<Lease> lease) {
        public Probe {
            nodes = List.copyOf(nodes);
        }

        /** The answer of a proxy without leases. */
        public Probe(Optional<Epoch> epoch, List<NodeHealth> nodes) {
            this(epoch, nodes, Optional.empty());
        }
    }

    /**
     * The state of a Redis node as its proxy reports it.
     *
     * @param refused whether nobody listens at its address: its process has ended
     * @param sinceLastSuccess time since the node last answered the proxy
     * @param linkUp whether a replica is connected to its master and has its data
     * @param master the master that a replica should have; absent for a master, and where the proxy does not say
     * @param replicaSilentSeconds how long ago a replica of this master last acknowledged something; -1 when none has
     *     the data, for a replica, and where the proxy does not say
     * @param outdated whether this master has restarted with less data than its replica has, which is to take over
     */
    record NodeHealth(
            NodeAddress node,
            Role role,
            boolean up,
            boolean refused,
            Duration sinceLastSuccess,
            boolean linkUp,
            @Nullable NodeAddress master,
            long replicaSilentSeconds,
            boolean outdated) {
        /** A node at whose address somebody listens, and that is not outdated, as far as is known. */
        public NodeHealth(
                NodeAddress node,
                Role role,
                boolean up,
                Duration sinceLastSuccess,
                boolean linkUp,
                @Nullable NodeAddress master,
                long replicaSilentSeconds) {
            this(node, role, up, false, sinceLastSuccess, linkUp, master, replicaSilentSeconds, false);
        }
    }

    /** The result of {@link #push}. */
    enum PushOutcome {
        APPLIED,
        /** The proxy has the same or newer metadata. */
        OLD_EPOCH,
        /** The proxy says that the metadata belongs to another one: a wrong machine answers at this address. */
        NOT_MINE,
        /** The proxy has other metadata than the update leads from. */
        UNKNOWN_BASE,
        /** The proxy, like the original's, takes no updates. */
        UNKNOWN_COMMAND
    }
}
