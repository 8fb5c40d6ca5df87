package io.undermoon.proxy.pubsub;

/**
 * One subscription at one endpoint. Each attempt is a new object, so that a late answer to an old one is recognised.
 */
final class NodeSubscription {
    final NodeSubscriptions node;
    final Subscription subscription;

    /** Whether the endpoint has confirmed: what is published there from then on arrives. */
    boolean confirmed;

    /**
     * Whether the endpoint owns the channel by the present routes; a former owner stays until its successor has
     * confirmed.
     */
    boolean wanted = true;

    NodeSubscription(NodeSubscriptions node, Subscription subscription) {
        this.node = node;
        this.subscription = subscription;
    }
}
