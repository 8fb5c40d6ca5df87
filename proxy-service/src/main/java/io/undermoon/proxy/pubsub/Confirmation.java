package io.undermoon.proxy.pubsub;

/** Receives the outcome of a subscription, once, on the loop of the hub. */
interface Confirmation {
    /** The subscription is made: all that is published from now on reaches the subscriber. */
    void confirmed();

    /**
     * The subscription failed.
     *
     * @param error without the leading {@code -}
     */
    void refused(String error);
}
