package io.undermoon.proxy.backend;

import io.undermoon.proxy.route.Endpoint;

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
}
