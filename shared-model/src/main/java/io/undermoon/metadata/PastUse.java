package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/**
 * A cluster that a proxy has left.
 *
 * @param clusterId the id of the cluster, which no other one ever has
 * @param until the epoch at which the proxy left it
 */
public record PastUse(String clusterId, Epoch until) {
    public PastUse {
        requireNonNull(clusterId, "cluster_id");
        requireNonNull(until, "until");
    }
}
