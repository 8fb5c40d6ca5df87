package io.undermoon.proxy.backend;

import io.undermoon.proxy.route.Endpoint;
import io.undermoon.tls.TlsContext;
import org.jspecify.annotations.Nullable;

/**
 * The TLS contexts of connections to backends.
 *
 * @param redis for Redis nodes; null for plain connections
 * @param peers for peer proxies; null for plain connections
 */
public record BackendEncryption(
        @Nullable TlsContext redis, @Nullable TlsContext peers) {
    public static final BackendEncryption NONE = new BackendEncryption(null, null);

    @Nullable
    TlsContext of(Endpoint.Kind kind) {
        return switch (kind) {
            case REDIS -> redis;
            case PEER -> peers;
        };
    }
}
