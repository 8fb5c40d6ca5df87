package io.undermoon.proxy.pubsub;

/** One subscription at one endpoint. A new object each time it is begun, so that late answers to an old one say nothing. */
final class Link {
    final Upstream upstream;
    final Subscription subscription;

    /** The endpoint has confirmed; what is published there from then on arrives. */
    boolean confirmed;

    /** Whether the channel lives there as far as is known now; if not, the link stays until its successor is confirmed. */
    boolean wanted = true;

    Link(Upstream upstream, Subscription subscription) {
        this.upstream = upstream;
        this.subscription = subscription;
    }
}
