package io.undermoon.proxy.replication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How roles are kept.
 *
 * @param checkInterval how often a node is looked at; the upper limit of pauses after setbacks too
 * @param user with which replicas log in to their masters; absent for the default user
 * @param password with which replicas log in to their masters; absent when they need not
 */
public record ReplicationSettings(
        Duration checkInterval,
        @Nullable String user,
        @Nullable String password) {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final int MAX_DOUBLINGS = 16;

    public ReplicationSettings {
        if (checkInterval.toMillis() < 1) {
            throw new IllegalArgumentException("check interval " + checkInterval + " is less than a millisecond");
        }
    }

    /** How long to rest after so many setbacks in a row. */
    long restMillis(int setbacks) {
        long interval = checkInterval.toMillis();
        return setbacks == 0 ? interval : Math.min(interval, FIRST_PAUSE_MILLIS << Math.min(setbacks, MAX_DOUBLINGS));
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "ReplicationSettings[checkInterval=" + checkInterval + ", user=" + user + "]";
    }
}
