package io.undermoon.broker.config;

import io.undermoon.tls.FollowedTls;
import io.undermoon.tls.TlsContext;
import org.jspecify.annotations.Nullable;

/** TLS with those the broker calls, as configured. Its files are followed until it is closed. */
public final class Encryption implements AutoCloseable {
    private final BrokerConfig.Tls config;
    private final FollowedTls tls;

    /**
     * Reads the files, if TLS is spoken with anybody.
     *
     * @throws IllegalArgumentException naming the file or key that cannot be used
     */
    public Encryption(BrokerConfig.Tls config) {
        this.config = config;
        this.tls = new FollowedTls(
                config.proxies() || config.replicas(),
                config.certFile(),
                config.keyFile(),
                config.caCertFile(),
                config.verifyHostname(),
                config.reloadInterval());
    }

    /** For connections to proxies; absent for plain ones. */
    public @Nullable TlsContext proxies() {
        return tls.where(config.proxies());
    }

    /** For https to the replicas; absent for http. */
    public @Nullable TlsContext replicas() {
        return tls.where(config.replicas());
    }

    @Override
    public void close() {
        tls.close();
    }
}
