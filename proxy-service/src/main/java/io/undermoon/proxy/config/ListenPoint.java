package io.undermoon.proxy.config;

import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.control.ClientPorts;
import io.undermoon.tls.ClientAuth;
import io.undermoon.tls.TlsContext;
import org.jspecify.annotations.Nullable;

/**
 * Where clients are listened for.
 *
 * @param encryption absent where clients do not speak TLS
 * @param ports what the clients of this place are told of others
 */
public record ListenPoint(HostPort address, @Nullable Encryption encryption, ClientPorts ports) {
    /**
     * @param clients whether they have to show certificates
     */
    public record Encryption(TlsContext context, ClientAuth clients) {}

    /** The one place of a proxy without TLS. */
    public static ListenPoint plain(HostPort address) {
        return new ListenPoint(address, null, ClientPorts.PLAIN_ONLY);
    }
}
