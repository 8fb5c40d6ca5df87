package io.undermoon.proxy.pubsub;

/** Which nodes a hub subscribes at. */
public enum Scope {
    /** Every master of the cluster, those behind other proxies by way of these. */
    CLUSTER,
    /**
     * The masters behind this proxy only. Peers are served so: a subscription passes at most one other proxy, whatever the
     * proxies believe of each other.
     */
    OWN_NODES
}
