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

/**
 * The control commands of the proxies. Every method returns within a bounded time; every method throws
 * {@link RespClientException} when the proxy cannot be reached, does not answer in time, or refuses.
 */
public interface ProxyControl {
    /** Asks a proxy whether it lives and what it knows. Any answer to the question is a sign of life. */
    Probe probe(ProxyAddress proxy);

    /** Sends a proxy its metadata: first the replication roles of its nodes, then the slots. */
    PushOutcome push(Proxy metadata);

    /** The migrations that a proxy takes part in. */
    Migrations migrations(ProxyAddress proxy);

    /**
     * What a proxy says of its migrations.
     *
     * @param finished those that wait to be committed
     * @param progress how far they are; empty if the proxy does not know this question
     */
    record Migrations(List<MigrationTask> finished, List<MigrationProgress> progress) {
        public Migrations {
            finished = List.copyOf(finished);
            progress = List.copyOf(progress);
        }
    }

    /**
     * What a living proxy said.
     *
     * @param epoch of the last metadata it accepted; empty if it would not tell
     * @param nodes the Redis nodes behind it; empty if it does not know this question
     */
    record Probe(Optional<Epoch> epoch, List<NodeHealth> nodes) {
        public Probe {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * How a proxy sees one of its Redis nodes.
     *
     * @param sinceLastSuccess time since the node last answered the proxy
     */
    record NodeHealth(NodeAddress node, Role role, boolean up, Duration sinceLastSuccess) {}

    /** What a proxy did with its metadata. */
    enum PushOutcome {
        APPLIED,
        /** It has the same or newer metadata: nothing to do. */
        OLD_EPOCH,
        /** The metadata belongs to another proxy: a wrong machine answers at this address. */
        NOT_MINE
    }
}
