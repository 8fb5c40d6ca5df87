package io.undermoon.proxy.acl;

/**
 * What a client is logged in to: stays the same when the rules of its user change, so that new rules apply to the next command.
 * Made and changed by {@link AccessControl}; any thread may read it.
 */
public final class Account {
    private final boolean mayControl;
    private volatile User user;
    private volatile boolean deleted;

    Account(User user, boolean mayControl) {
        this.user = user;
        this.mayControl = mayControl;
    }

    public String name() {
        return user.name();
    }

    /** The user as it is now. */
    public User user() {
        return user;
    }

    void user(User changed) {
        user = changed;
    }

    /** Whether the user is gone; who is logged in has to go too. */
    public boolean isDeleted() {
        return deleted;
    }

    void delete(User withoutRights) {
        user = withoutRights;
        deleted = true;
    }

    /** Whether control commands are allowed: {@code UMCTL}, {@code UMFORWARD} and changes of the proxy's configuration. */
    public boolean mayControl() {
        return mayControl;
    }
}
