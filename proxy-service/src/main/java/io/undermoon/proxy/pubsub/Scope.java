package io.undermoon.proxy.pubsub;

/** Which nodes a hub subscribes at. */
enum Scope {
    /** Every master of the cluster, those behind other proxies by way of these. */
    CLUSTER,
    /**
     * The masters behind this proxy only. Peers are served so: a subscription passes at most one other proxy, even when
     * the proxies know different metadata.
     */
    OWN_NODES
}
