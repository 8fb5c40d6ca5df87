package io.undermoon.proxy.config;

import io.undermoon.config.InvalidSettingException;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.BackendEncryption;
import io.undermoon.proxy.client.ClientPorts;
import io.undermoon.tls.ClientAuth;
import io.undermoon.tls.ServiceTls;
import io.undermoon.tls.TlsContext;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which connections of the proxy are encrypted, and with what.
 *
 * @param config the keys, which fit together
 * @param context the contents of the files; absent when no connection is encrypted
 * @param portOffset from the plain port of any proxy to its port for TLS
 */
public record TlsSettings(ProxyConfig.Tls config, @Nullable TlsContext context, int portOffset) {

    /**
     * Checks that the keys fit together, and reads the files.
     *
     * @param plain where clients without TLS are listened for; with TLS instead when it is {@code tls.address} too
     */
    static TlsSettings of(ProxyConfig.Tls config, HostPort plain) {
        HostPort address = config.address().orElse(null);
        boolean isUsed = address != null || config.redis() || config.broker();
        ServiceTls tls = new ServiceTls(config, isUsed);
        if (address != null && config.certFile().isEmpty()) {
            throw new InvalidSettingException(
                    "tls.address", address, "expected tls.cert_file and tls.key_file beside it");
        }
        if (config.authClients() != ClientAuth.NO && config.caCertFile().isEmpty()) {
            throw new InvalidSettingException(
                    "tls.auth_clients", config.authClients(), "expected tls.ca_cert_file beside it");
        }
        if (config.peers() && address == null) {
            throw new InvalidSettingException("tls.peers", true, "expected tls.address beside it, where peers connect");
        }
        if (plain.equals(address) && !config.peers()) {
            throw new InvalidSettingException(
                    "tls.peers", false, "expected true, because only TLS is spoken at " + address);
        }
        int offset = config.portOffset().orElse(address == null ? 0 : address.port() - plain.port());
        return new TlsSettings(config, tls.where(isUsed), offset);
    }

    BackendEncryption backends() {
        return new BackendEncryption(config.redis() ? context : null, config.peers() ? context : null);
    }

    /** The client side towards the brokers; absent for plain HTTP. */
    public @Nullable TlsContext brokers() {
        return config.broker() ? context : null;
    }

    /**
     * All addresses in the role of a master where clients are listened for.
     *
     * @param plain the one without TLS, unless only TLS is spoken there
     */
    public List<ListenPoint> listenPoints(HostPort plain) {
        HostPort address = config.address().orElse(null);
        if (address == null || context == null) {
            return List.of(ListenPoint.plain(plain));
        }
        boolean onlyTls = address.equals(plain);
        OptionalInt toPlain = onlyTls ? OptionalInt.empty() : OptionalInt.of(config.peers() ? -portOffset : 0);
        OptionalInt toTls = OptionalInt.of(onlyTls || config.peers() ? 0 : portOffset);
        ListenPoint encrypted = new ListenPoint(
                address,
                new ListenPoint.Encryption(context, config.authClients()),
                new ClientPorts(true, toPlain, toTls),
                Role.MASTER);
        return onlyTls
                ? List.of(encrypted)
                : List.of(new ListenPoint(plain, null, new ClientPorts(false, toPlain, toTls), Role.MASTER), encrypted);
    }
}
