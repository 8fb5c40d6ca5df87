package io.undermoon.proxy.config;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.client.ClientPorts;
import io.undermoon.tls.ClientAuth;
import io.undermoon.tls.TlsContext;
import org.jspecify.annotations.Nullable;

/**
 * An address where clients are listened for.
 *
 * @param encryption absent for plain connections
 * @param ports how the addresses of others are shown to clients of this one
 * @param role in which the proxy serves clients that connect there
 */
public record ListenPoint(HostPort address, @Nullable Encryption encryption, ClientPorts ports, Role role) {
    /**
     * @param clients whether they have to show certificates
     */
    public record Encryption(TlsContext context, ClientAuth clients) {}

    /** The address of a proxy without TLS. */
    public static ListenPoint plain(HostPort address) {
        return new ListenPoint(address, null, ClientPorts.PLAIN_ONLY, Role.MASTER);
    }

    /** The place so many ports above this one where the proxy serves the same clients as a replica. */
    public ListenPoint forReplicas(int distance) {
        return new ListenPoint(
                new HostPort(address.host(), address.port() + distance), encryption, ports, Role.REPLICA);
    }
}
