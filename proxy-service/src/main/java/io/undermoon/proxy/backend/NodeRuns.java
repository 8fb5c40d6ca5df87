package io.undermoon.proxy.backend;

import io.undermoon.proxy.route.Endpoint;
import io.undermoon.umctl.SetRepl;
import org.jspecify.annotations.Nullable;

/**
 * Which runs of Redis nodes may serve clients. A run is the life of one process; a node that restarts may have lost
 * writes. Thread-safe.
 */
@FunctionalInterface
public interface NodeRuns {
    /** Every run of every node may serve. */
    NodeRuns ALL = (node, runId) -> true;

    /**
     * Whether a run may serve.
     *
     * @param runId as the node reports it
     */
    boolean mayServe(Endpoint node, String runId);

    /**
     * The role of a node in the present metadata, with its replicas or its master; null for none. What was to be
     * executed in one role is not to be executed in another: a run may serve in the new one because it has nothing to
     * lose there.
     */
    default SetRepl.@Nullable Entry role(Endpoint node) {
        return null;
    }

    /**
     * How many replicas have to acknowledge a write so that the one is among them that may become master: all that
     * follow, those that the metadata do not name included, and all that the metadata name while it is not known to
     * follow; 0 if that is not known.
     */
    default int followers(Endpoint node) {
        return 0;
    }
}
