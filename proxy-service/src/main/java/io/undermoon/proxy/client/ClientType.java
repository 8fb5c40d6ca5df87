package io.undermoon.proxy.client;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The client types of {@code CLIENT LIST} and {@code CLIENT KILL}. No client of a proxy is a master or a replica. */
public enum ClientType {
    NORMAL,
    MASTER,
    REPLICA,
    PUBSUB;

    /** The type of this name, ignoring case; null when there is none. */
    public static @Nullable ClientType find(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "normal" -> NORMAL;
            case "master" -> MASTER;
            case "replica", "slave" -> REPLICA;
            case "pubsub" -> PUBSUB;
            default -> null;
        };
    }

    public boolean isOf(Client client) {
        boolean subscribes = client.connection().figures().subscribes();
        return this == (subscribes ? PUBSUB : NORMAL);
    }
}
