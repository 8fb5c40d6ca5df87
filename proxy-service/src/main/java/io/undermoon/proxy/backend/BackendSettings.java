package io.undermoon.proxy.backend;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of connections to backends.
 *
 * @param connectTimeoutMillis limit of one attempt to connect
 * @param replyTimeoutMillis how long a backend may send nothing while a reply is due before it is asked whether it is
 *     alive, or its connection is closed
 * @param silenceTimeoutMillis how long one that is alive may send nothing before its shared connections are closed
 * @param maxQueuedBytes how much may wait for one connection to become ready before callers should stop sending
 * @param maxPinnedConnections limit of the pinned connections in use, per loop
 * @param redis login at Redis nodes
 * @param peers login at peer proxies
 * @param encryption TLS contexts
 * @param identity what nodes and peers are told of this proxy
 */
public record BackendSettings(
        int connectTimeoutMillis,
        long replyTimeoutMillis,
        long silenceTimeoutMillis,
        int maxQueuedBytes,
        int maxPinnedConnections,
        Login redis,
        Login peers,
        BackendEncryption encryption,
        Identity identity) {
    /** Of a proxy that does not say who it is. */
    public BackendSettings(
            int connectTimeoutMillis,
            long replyTimeoutMillis,
            long silenceTimeoutMillis,
            int maxQueuedBytes,
            int maxPinnedConnections,
            Login redis,
            Login peers,
            BackendEncryption encryption) {
        this(
                connectTimeoutMillis,
                replyTimeoutMillis,
                silenceTimeoutMillis,
                maxQueuedBytes,
                maxPinnedConnections,
                redis,
                peers,
                encryption,
                Identity.NONE);
    }

    /** The same for a proxy that says who it is. */
    public BackendSettings as(Identity own) {
        return new BackendSettings(
                connectTimeoutMillis,
                replyTimeoutMillis,
                silenceTimeoutMillis,
                maxQueuedBytes,
                maxPinnedConnections,
                redis,
                peers,
                encryption,
                own);
    }

    /** Without TLS, and with one time limit for replies. */
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
                replyTimeoutMillis,
                maxQueuedBytes,
                maxPinnedConnections,
                redis,
                peers,
                BackendEncryption.NONE);
    }

    /**
     * What nodes and peers are told of a proxy.
     *
     * @param connectionName of its connections to Redis nodes, without spaces; null for none
     * @param installation told to peers; null as long as it is not known
     */
    public record Identity(@Nullable String connectionName, Supplier<@Nullable String> installation) {
        public static final Identity NONE = new Identity(null, () -> null);
    }

    /**
     * The credentials for {@code AUTH}.
     *
     * @param user null for the default user
     * @param password null if no login is needed
     */
    public record Login(@Nullable String user, @Nullable String password) {
        public static final Login NONE = new Login(null, null);

        /** Leaves out the password. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }
}
