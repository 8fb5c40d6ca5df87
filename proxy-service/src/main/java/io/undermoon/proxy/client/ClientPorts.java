package io.undermoon.proxy.client;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.route.Target;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Which port of a proxy a client is told: one that speaks TLS the port for TLS, another one the plain port. The metadata has
 * one port of each proxy; where proxies listen on two, the other is so many further on, the same number on all of them.
 *
 * @param encrypted whether the client speaks TLS
 * @param plain from the port in the metadata to the plain one; empty if there is none
 * @param tls from the port in the metadata to that for TLS; empty if there is none
 */
public record ClientPorts(boolean encrypted, OptionalInt plain, OptionalInt tls) {
    /** Of proxies without TLS. */
    public static final ClientPorts PLAIN_ONLY = new ClientPorts(false, OptionalInt.of(0), OptionalInt.empty());

    /** The port for this client. */
    public int of(ProxyAddress proxy) {
        return shifted(proxy, encrypted ? tls : plain).orElse(proxy.port());
    }

    public OptionalInt plainOf(ProxyAddress proxy) {
        return shifted(proxy, plain);
    }

    public OptionalInt tlsOf(ProxyAddress proxy) {
        return shifted(proxy, tls);
    }

    /** The address for this client. */
    public String addressOf(ProxyAddress proxy) {
        int port = of(proxy);
        return port == proxy.port() ? proxy.value() : new HostPort(proxy.host(), port).toString();
    }

    /** What follows the slot in a {@code MOVED} reply to this client. */
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
