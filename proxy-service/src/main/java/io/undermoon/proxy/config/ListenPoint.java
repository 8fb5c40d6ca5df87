package io.undermoon.proxy.config;

import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.client.ClientPorts;
import io.undermoon.tls.ClientAuth;
import io.undermoon.tls.TlsContext;
import org.jspecify.annotations.Nullable;

/**
 * An address where clients are listened for.
 *
 * @param encryption absent for plain connections
 * @param ports how the addresses of others are shown to clients of this one
 */
public record ListenPoint(HostPort address, @Nullable Encryption encryption, ClientPorts ports) {
    /**
     * @param clients whether they have to show certificates
     */
    public record Encryption(TlsContext context, ClientAuth clients) {}

    /** The address of a proxy without TLS. */
    public static ListenPoint plain(HostPort address) {
        return new ListenPoint(address, null, ClientPorts.PLAIN_ONLY);
    }
}
