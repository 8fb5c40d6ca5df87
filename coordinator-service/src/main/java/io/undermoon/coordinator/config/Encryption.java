package io.undermoon.coordinator.config;

import io.undermoon.tls.FollowedTls;
import io.undermoon.tls.TlsContext;
import org.jspecify.annotations.Nullable;

/** TLS with brokers and proxies, as configured. Its files are followed until it is closed. */
public final class Encryption implements AutoCloseable {
    private final CoordinatorConfig.Tls config;
    private final FollowedTls tls;

    /**
     * Reads the files, if TLS is spoken with anybody.
     *
     * @throws IllegalArgumentException naming the file or key that cannot be used
     */
    public Encryption(CoordinatorConfig.Tls config) {
        this.config = config;
        this.tls = new FollowedTls(
                config.brokers() || config.proxies(),
                config.certFile(),
                config.keyFile(),
                config.caCertFile(),
                config.verifyHostname(),
                config.reloadInterval());
    }

    /** For https to the brokers; absent for http. */
    public @Nullable TlsContext brokers() {
        return tls.where(config.brokers());
    }

    /** For connections to proxies; absent for plain ones. */
    public @Nullable TlsContext proxies() {
        return tls.where(config.proxies());
    }

    @Override
    public void close() {
        tls.close();
    }
}
