package io.undermoon.proxy.pubsub;

/** Who waits until a subscription is made; told exactly once, on the loop of the hub. */
public interface Confirmation {
    /** Whatever is published from now on reaches the subscriber. */
    void confirmed();

    /**
     * There is no subscription.
     *
     * @param error without the leading {@code -}
     */
    void refused(String error);
}
