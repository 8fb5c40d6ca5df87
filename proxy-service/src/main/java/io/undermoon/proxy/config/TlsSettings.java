package io.undermoon.proxy.config;

import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.backend.BackendEncryption;
import io.undermoon.proxy.control.ClientPorts;
import io.undermoon.tls.ClientAuth;
import io.undermoon.tls.FollowedTls;
import io.undermoon.tls.TlsContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Where the proxy speaks TLS.
 *
 * @param context what its files say; absent when TLS is spoken nowhere
 * @param address where clients with TLS are listened for; absent for nowhere
 * @param clients whether they have to show certificates
 * @param peers whether the addresses in the metadata are those for TLS, and peers are connected to with it
 * @param redis whether Redis nodes are connected to with TLS
 * @param broker whether the brokers are asked by https
 * @param portOffset from the plain port of any proxy to that for TLS
 */
public record TlsSettings(
        @Nullable TlsContext context,
        @Nullable HostPort address,
        ClientAuth clients,
        boolean peers,
        boolean redis,
        boolean broker,
        int portOffset,
        Duration reloadInterval) {

    /**
     * Checks the values and reads the files.
     *
     * @param plain where clients without TLS are listened for, and none when it is where those with TLS are
     */
    static TlsSettings of(ProxyConfig.Tls config, HostPort plain) {
        HostPort address = config.address()
                .map(text -> ConfigChecks.address("tls.address", text))
                .orElse(null);
        Optional<String> certificate = config.certFile();
        if (certificate.isPresent() != config.keyFile().isPresent()) {
            throw ConfigChecks.invalid(
                    "tls.cert_file", certificate.orElse("(none)"), "tls.cert_file and tls.key_file, or neither");
        }
        if (address != null && certificate.isEmpty()) {
            throw ConfigChecks.invalid("tls.address", address, "tls.cert_file and tls.key_file beside it");
        }
        if (config.authClients() != ClientAuth.NO && config.caCertFile().isEmpty()) {
            throw ConfigChecks.invalid("tls.auth_clients", config.authClients(), "tls.ca_cert_file beside it");
        }
        if (config.peers() && address == null) {
            throw ConfigChecks.invalid("tls.peers", true, "tls.address beside it, where peers come in");
        }
        if (plain.equals(address) && !config.peers()) {
            throw ConfigChecks.invalid("tls.peers", false, "true, because only TLS is spoken at " + address);
        }
        int offset = config.portOffset().orElse(address == null ? 0 : address.port() - plain.port());
        boolean isUsed = address != null || config.redis() || config.broker();
        return new TlsSettings(
                isUsed ? context(config) : null,
                address,
                config.authClients(),
                config.peers(),
                config.redis(),
                config.broker(),
                offset,
                ConfigChecks.positive("tls.reload_interval", config.reloadInterval()));
    }

    private static TlsContext context(ProxyConfig.Tls config) {
        return FollowedTls.load(config.certFile(), config.keyFile(), config.caCertFile(), config.verifyHostname());
    }

    BackendEncryption backends() {
        return new BackendEncryption(redis ? context : null, peers ? context : null);
    }

    /** The client side towards the brokers; absent for plain HTTP. */
    public @Nullable TlsContext brokers() {
        return broker ? context : null;
    }

    /**
     * All places where clients are listened for.
     *
     * @param plain where those without TLS are, unless only TLS is spoken there
     */
    public List<ListenPoint> listenPoints(HostPort plain) {
        if (address == null || context == null) {
            return List.of(ListenPoint.plain(plain));
        }
        boolean onlyTls = address.equals(plain);
        OptionalInt toPlain = onlyTls ? OptionalInt.empty() : OptionalInt.of(peers ? -portOffset : 0);
        OptionalInt toTls = OptionalInt.of(onlyTls || peers ? 0 : portOffset);
        ListenPoint encrypted = new ListenPoint(
                address, new ListenPoint.Encryption(context, clients), new ClientPorts(true, toPlain, toTls));
        return onlyTls
                ? List.of(encrypted)
                : List.of(new ListenPoint(plain, null, new ClientPorts(false, toPlain, toTls)), encrypted);
    }
}
