package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.limit.Meter;
import io.undermoon.proxy.limit.Rates;
import io.undermoon.proxy.stats.Counter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Slows a client down to the rates of its user and of the cluster: a command that is not due yet waits, and the client
 * is not read from meanwhile. Connections of those who operate the cluster are not limited. Owned by the session's
 * loop.
 */
final class Throttle {
    /** How much earlier than due a command may be handled, so that several are handled each time. */
    private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** How soon a client that waits notices that limits were changed. */
    private static final long MAX_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final ProxyLoop loop;
    private final Client client;
    private final Meter cluster;
    private final Runnable onDue;

    /** The rates that apply in this burst. */
    private @Nullable Rates userRates;

    private @Nullable Rates clusterRates;

    /** When the next command may be handled. */
    private long dueNanos;

    /** Whether the cluster's limit is the one that makes the client wait. */
    private boolean clusterDecides;

    /** When what was received last is paid for, if that does not count yet. */
    private long nextByUser;

    private long nextByCluster;
    private boolean hasNext;

    /** Whether the next command has been counted. */
    private boolean counted;

    private boolean waiting;
    private long waitingSinceNanos;
    private boolean closed;

    /**
     * @param onDue is run when a command that has waited may be handled
     */
    Throttle(ProxyLoop loop, Client client, Meter cluster, Runnable onDue) {
        this.loop = loop;
        this.client = client;
        this.cluster = cluster;
        this.onDue = onDue;
    }

    /** Looks for limits, once per burst; false if none applies. */
    boolean isOn() {
        Rates user = client.account().meter().rates();
        Rates all = cluster.rates();
        if (user == null && all == null || client.isInternal()) {
            return false;
        }
        if (user != userRates || all != clusterRates) {
            userRates = user;
            clusterRates = all;
            dueNanos = loop.nowNanos();
            hasNext = false;
        }
        return true;
    }

    /**
     * Counts bytes that were received. A command waits until that is paid for which was counted before its first byte,
     * also on other connections; for its own price those wait that follow.
     */
    void received(long bytes) {
        long now = loop.nowNanos();
        long byUser = userRates == null ? now : userRates.takeBytes(bytes, now);
        long byCluster = clusterRates == null ? now : clusterRates.takeBytes(bytes, now);
        if (!hasNext) {
            due(
                    userRates == null ? now : byUser - userRates.priceOfBytes(bytes),
                    clusterRates == null ? now : byCluster - clusterRates.priceOfBytes(bytes));
        }
        nextByUser = byUser;
        nextByCluster = byCluster;
        hasNext = true;
    }

    /** Counts bytes that were sent. */
    void sent(long bytes) {
        long now = loop.nowNanos();
        due(
                userRates == null ? now : userRates.takeBytes(bytes, now),
                clusterRates == null ? now : clusterRates.takeBytes(bytes, now));
    }

    /** Whether the next command may be handled; if not, the session is resumed when it may. */
    boolean permits() {
        long now = loop.nowNanos();
        if (!counted) {
            counted = true;
            due(
                    userRates == null ? now : userRates.takeCommand(now),
                    clusterRates == null ? now : clusterRates.takeCommand(now));
        }
        if (dueNanos - now <= SLACK_NANOS) {
            return true;
        }
        waiting = true;
        waitingSinceNanos = now;
        sleep(now);
        return false;
    }

    private void due(long byUser, long byCluster) {
        boolean clusterIsLater = byCluster - byUser > 0;
        long later = clusterIsLater ? byCluster : byUser;
        if (later - dueNanos > 0) {
            dueNanos = later;
            clusterDecides = clusterIsLater;
        }
    }

    /** The next command has been handled. */
    void handled() {
        counted = false;
        if (hasNext) {
            hasNext = false;
            due(nextByUser, nextByCluster);
        }
    }

    /** Whether the next command is not due yet. */
    boolean isWaiting() {
        return waiting;
    }

    private void sleep(long now) {
        long nanos = Math.min(dueNanos - now, MAX_SLEEP_NANOS);
        loop.eventLoop().schedule(this::wake, nanos, TimeUnit.NANOSECONDS);
    }

    private void wake() {
        if (closed) {
            return;
        }
        loop.beginBurst();
        long now = loop.nowNanos();
        if (isOn() && dueNanos - now > 0) {
            sleep(now);
            return;
        }
        waiting = false;
        loop.stats()
                .add(
                        clusterDecides ? Counter.THROTTLED_BY_CLUSTER_NANOS : Counter.THROTTLED_BY_USER_NANOS,
                        now - waitingSinceNanos);
        onDue.run();
    }

    /** The client has left. */
    void close() {
        closed = true;
    }
}
