package io.undermoon.proxy.pubsub;

import java.util.Locale;

/** What a subscription is to; each kind has its own names and commands. */
enum SubscriptionKind {
    CHANNEL(""),
    PATTERN("p"),
    SHARD("s");

    private final String subscribed;
    private final String unsubscribed;
    private final String subscribe;
    private final String unsubscribe;

    SubscriptionKind(String prefix) {
        subscribed = prefix + "subscribe";
        unsubscribed = prefix + "unsubscribe";
        subscribe = subscribed.toUpperCase(Locale.ROOT);
        unsubscribe = unsubscribed.toUpperCase(Locale.ROOT);
    }

    /** The word with which a subscription is confirmed. */
    public String subscribedWord() {
        return subscribed;
    }

    /** The word with which the end of a subscription is confirmed. */
    public String unsubscribedWord() {
        return unsubscribed;
    }

    String subscribeCommand() {
        return subscribe;
    }

    String unsubscribeCommand() {
        return unsubscribe;
    }
}
