package io.undermoon.metadata;

import java.util.Locale;

/** The replication role of a Redis node. Written in lower case, read in any case. */
public enum Role {
    MASTER,
    REPLICA;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Role parse(String text) {
        for (Role role : values()) {
            if (role.name().equalsIgnoreCase(text)) {
                return role;
            }
        }
        throw new IllegalArgumentException("role '" + text + "' is neither master nor replica");
    }
}
