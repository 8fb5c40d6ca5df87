package io.undermoon.broker.auth;

import java.util.Locale;

/** What an account may do; each role may do what those before it may. */
public enum Role {
    /** Read everything. */
    VIEWER,
    /** Register proxies, change clusters, move slots and fail over; what proxies and coordinators need. */
    OPERATOR,
    /** Replace the metadata, and say where copies of it go. */
    ADMIN;

    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** The name in files and messages. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException naming the text */
    static Role parse(String text) {
        for (Role role : values()) {
            if (role.wireName().equals(text)) {
                return role;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not a role; expected viewer, operator or admin");
    }
}
