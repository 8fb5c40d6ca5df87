package io.undermoon.proxy.acl;

import io.undermoon.proxy.limit.Meter;

/**
 * The account of logged-in clients. It stays the same object when the rules of its user change, so new rules apply to
 * the next command. Created and changed by {@link AccessControl}; any thread may read it.
 */
public final class Account {
    private final boolean mayControl;
    private final Meter meter = new Meter();
    private volatile User user;
    private volatile boolean deleted;

    Account(User user, boolean mayControl) {
        this.user = user;
        meter.limits(user.limits());
        this.mayControl = mayControl;
    }

    public String name() {
        return user.name();
    }

    /** The user with its current rules. */
    public User user() {
        return user;
    }

    void user(User changed) {
        user = changed;
        meter.limits(changed.limits());
    }

    /** What all clients of the user use of its limits at this proxy. */
    public Meter meter() {
        return meter;
    }

    /** Whether the user was deleted, so its clients must be disconnected. */
    public boolean isDeleted() {
        return deleted;
    }

    void delete(User withoutRights) {
        user = withoutRights;
        deleted = true;
    }

    /**
     * Whether control commands are allowed: {@code UMCTL}, {@code UMFORWARD} and changes of the proxy's configuration.
     */
    public boolean mayControl() {
        return mayControl;
    }
}
