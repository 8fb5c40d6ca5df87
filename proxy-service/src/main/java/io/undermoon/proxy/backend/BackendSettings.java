package io.undermoon.proxy.backend;

import org.jspecify.annotations.Nullable;

/**
 * How connections to backends behave.
 *
 * @param connectTimeoutMillis limit of one attempt to connect
 * @param replyTimeoutMillis how long a connection with commands in flight may bring nothing before it is given up
 * @param maxQueuedBytes what may wait for a connection that is being made
 * @param maxPinnedConnections connections of one loop that may serve a single client each at a time
 * @param redis how to log in to Redis nodes
 * @param peers how to log in to other proxies
 * @param encryption with whom TLS is spoken
 */
public record BackendSettings(
        int connectTimeoutMillis,
        long replyTimeoutMillis,
        int maxQueuedBytes,
        int maxPinnedConnections,
        Login redis,
        Login peers,
        BackendEncryption encryption) {
    /** Without TLS. */
    public BackendSettings(
            int connectTimeoutMillis,
            long replyTimeoutMillis,
            int maxQueuedBytes,
            int maxPinnedConnections,
            Login redis,
            Login peers) {
        this(
                connectTimeoutMillis,
                replyTimeoutMillis,
                maxQueuedBytes,
                maxPinnedConnections,
                redis,
                peers,
                BackendEncryption.NONE);
    }

    /**
     * @param user absent for the default user
     * @param password absent when no login is needed
     */
    public record Login(@Nullable String user, @Nullable String password) {
        public static final Login NONE = new Login(null, null);

        /** Never shows the password. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }
}
