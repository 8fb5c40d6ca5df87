package io.undermoon.proxy.session;

/**
 * The kinds of {@link SessionFeature}. A session has at most one of each, and asks them in this order which connection
 * its commands take: a client that tracks keys has its own connections, also for the keys that it watches.
 */
public enum FeatureKind {
    TRACKING,
    WATCH,
    TRANSACTION,
    BLOCKED,
    SUBSCRIPTIONS,
    MONITOR;

    static final int COUNT = values().length;
}
