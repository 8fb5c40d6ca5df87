package io.undermoon.proxy.replication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of {@link ReplicationDriver}.
 *
 * @param checkInterval time between two checks of a node; also the longest wait after a setback
 * @param user the proxy's user at the nodes; absent for the default user. Replicas log in with it to masters at which
 *     the proxy can make no {@link ReplicationUser}
 * @param password of that user; absent when none is needed
 * @param acceptedPassword a second one of it, which other proxies may use; absent when there is none
 */
public record ReplicationSettings(
        Duration checkInterval,
        @Nullable String user,
        @Nullable String password,
        @Nullable String acceptedPassword) {
    private static final long FIRST_WAIT_MILLIS = 50;
    private static final int MAX_DOUBLINGS = 16;

    public ReplicationSettings {
        if (checkInterval.toMillis() < 1) {
            throw new IllegalArgumentException("check interval " + checkInterval + " is less than a millisecond");
        }
    }

    /** The wait after a number of setbacks in a row. */
    long waitMillis(int setbacks) {
        long interval = checkInterval.toMillis();
        return setbacks == 0 ? interval : Math.min(interval, FIRST_WAIT_MILLIS << Math.min(setbacks, MAX_DOUBLINGS));
    }

    ReplicationUser replicationUser() {
        return ReplicationUser.of(user, password, acceptedPassword);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "ReplicationSettings[checkInterval=" + checkInterval + ", user=" + user + "]";
    }
}
