package io.undermoon.proxy.client;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.route.Target;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Selects the port of a proxy that a client is told: clients with TLS get the TLS port, others the plain port. The
 * metadata holds one port of each proxy. The second port has the same distance from it on every proxy.
 *
 * @param encrypted whether the client uses TLS
 * @param plain distance from the port in the metadata to the plain port; empty without a plain port
 * @param tls distance from the port in the metadata to the TLS port; empty without a TLS port
 */
public record ClientPorts(boolean encrypted, OptionalInt plain, OptionalInt tls) {
    /** The ports of proxies without TLS. */
    public static final ClientPorts PLAIN_ONLY = new ClientPorts(false, OptionalInt.of(0), OptionalInt.empty());

    /** The port of a proxy for this client. */
    public int of(ProxyAddress proxy) {
        return shifted(proxy, encrypted ? tls : plain).orElse(proxy.port());
    }

    public OptionalInt plainOf(ProxyAddress proxy) {
        return shifted(proxy, plain);
    }

    public OptionalInt tlsOf(ProxyAddress proxy) {
        return shifted(proxy, tls);
    }

    /** The address of a proxy for this client. */
    public String addressOf(ProxyAddress proxy) {
        int port = of(proxy);
        return port == proxy.port() ? proxy.value() : new HostPort(proxy.host(), port).toString();
    }

    /** The bytes after the slot in a {@code MOVED} reply to this client. */
    public byte[] movedTail(Target.Remote remote) {
        return of(remote.proxy()) == remote.proxy().port()
                ? remote.movedTail()
                : (" " + addressOf(remote.proxy()) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static OptionalInt shifted(ProxyAddress proxy, OptionalInt distance) {
        int port = proxy.port() + distance.orElse(0);
        return distance.isEmpty() || port < 1 || port > 65535 ? OptionalInt.empty() : OptionalInt.of(port);
    }
}
