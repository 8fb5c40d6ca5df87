package io.undermoon.proxy.client;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.route.Target;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Selects the address of a proxy that a client is told. Clients with TLS get the TLS port, others the plain port: the
 * metadata holds one port of each proxy, and the second port has the same distance from it on every proxy. Clients from
 * outside get an address of their own, if there is one.
 *
 * @param encrypted whether the client uses TLS
 * @param plain distance from the port in the metadata to the plain port; empty without a plain port
 * @param tls distance from the port in the metadata to the TLS port; empty without a TLS port
 * @param outside for clients from outside, else null
 */
public record ClientPorts(
        boolean encrypted,
        OptionalInt plain,
        OptionalInt tls,
        @Nullable OutsideAddresses outside) {
    /** The ports of proxies without TLS. */
    public static final ClientPorts PLAIN_ONLY = new ClientPorts(false, OptionalInt.of(0), OptionalInt.empty());

    /** Of clients in the network of the proxies. */
    public ClientPorts(boolean encrypted, OptionalInt plain, OptionalInt tls) {
        this(encrypted, plain, tls, null);
    }

    /** Host and port of a proxy for this client. */
    public HostPort of(ProxyAddress proxy) {
        HostPort address = outsideOf(proxy);
        return address == null ? new HostPort(proxy.host(), insidePort(proxy)) : address;
    }

    /** The port without TLS, for this client. */
    public OptionalInt plainOf(ProxyAddress proxy) {
        return portOf(proxy, plain);
    }

    /** The port for TLS, for this client. */
    public OptionalInt tlsOf(ProxyAddress proxy) {
        return portOf(proxy, tls);
    }

    /** The address of a proxy for this client. */
    public String addressOf(ProxyAddress proxy) {
        return isAsInMetadata(proxy) ? proxy.value() : of(proxy).toString();
    }

    /** The bytes after the slot in a {@code MOVED} reply to this client. */
    public byte[] movedTail(Target.Remote remote) {
        return isAsInMetadata(remote.proxy())
                ? remote.movedTail()
                : (" " + of(remote.proxy()) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private boolean isAsInMetadata(ProxyAddress proxy) {
        return outsideOf(proxy) == null && insidePort(proxy) == proxy.port();
    }

    private @Nullable HostPort outsideOf(ProxyAddress proxy) {
        return outside == null ? null : outside.of(proxy);
    }

    private int insidePort(ProxyAddress proxy) {
        return shifted(proxy, encrypted ? tls : plain).orElse(proxy.port());
    }

    private OptionalInt portOf(ProxyAddress proxy, OptionalInt distance) {
        HostPort address = outsideOf(proxy);
        return address == null || distance.isEmpty() ? shifted(proxy, distance) : OptionalInt.of(address.port());
    }

    private static OptionalInt shifted(ProxyAddress proxy, OptionalInt distance) {
        int port = proxy.port() + distance.orElse(0);
        return distance.isEmpty() || port < 1 || port > 65535 ? OptionalInt.empty() : OptionalInt.of(port);
    }
}
