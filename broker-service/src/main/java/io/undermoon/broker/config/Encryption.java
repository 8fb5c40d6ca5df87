package io.undermoon.broker.config;

import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsException;
import io.undermoon.tls.TlsFiles;
import io.undermoon.tls.TlsWatch;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** TLS with those the broker calls, as configured. Its files are followed until it is closed. */
public final class Encryption implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Encryption.class);

    private final BrokerConfig.Tls config;
    private final @Nullable TlsContext context;
    private final @Nullable TlsWatch watch;

    /**
     * Reads the files, if TLS is spoken with anybody.
     *
     * @throws IllegalArgumentException naming the file or key that cannot be used
     */
    public Encryption(BrokerConfig.Tls config) {
        this.config = config;
        if (config.certFile().isPresent() != config.keyFile().isPresent()) {
            throw new IllegalArgumentException(
                    "undermoon.tls.cert_file and undermoon.tls.key_file: one is given without the other");
        }
        if (config.reloadInterval().toMillis() < 1) {
            throw new IllegalArgumentException(
                    "undermoon.tls.reload_interval = " + config.reloadInterval() + " is less than a millisecond");
        }
        this.context = config.proxies() || config.replicas() ? load(config) : null;
        this.watch = context == null
                ? null
                : new TlsWatch(
                        context,
                        config.reloadInterval(),
                        () -> LOG.info("new TLS files are in use"),
                        problem -> LOG.warnf("changed TLS files cannot be used, the old ones still are: %s", problem));
    }

    private static TlsContext load(BrokerConfig.Tls config) {
        try {
            return new TlsContext(
                    TlsFiles.of(config.certFile(), config.keyFile(), config.caCertFile()), config.verifyHostname());
        } catch (TlsException e) {
            throw new IllegalArgumentException("undermoon.tls: " + e.getMessage(), e);
        }
    }

    /** For connections to proxies; absent for plain ones. */
    public @Nullable TlsContext proxies() {
        return config.proxies() ? context : null;
    }

    /** For https to the replicas; absent for http. */
    public @Nullable TlsContext replicas() {
        return config.replicas() ? context : null;
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }
}
