package io.undermoon.tls;

import org.jspecify.annotations.Nullable;

/** The TLS of a service by its keys {@code undermoon.tls.*}: one context for all of its encrypted connections. */
public final class ServiceTls {
    private final @Nullable TlsContext context;

    /**
     * Reads the files if TLS is used.
     *
     * @param isUsed whether any connection is encrypted
     * @throws IllegalArgumentException naming the file or key that cannot be used
     */
    public ServiceTls(TlsConfig config, boolean isUsed) {
        TlsFiles files = TlsFiles.of(config);
        try {
            context = isUsed ? new TlsContext(files, config.verifyHostname()) : null;
        } catch (TlsException e) {
            throw new IllegalArgumentException("undermoon.tls: " + e.getMessage(), e);
        }
    }

    /** The context for connections of one kind; absent for plain ones. */
    public @Nullable TlsContext where(boolean isEncrypted) {
        return isEncrypted ? context : null;
    }

    /** Takes changed files. Called every {@code undermoon.tls.reload_interval}. */
    public void refresh() {
        if (context != null) {
            context.refresh();
        }
    }
}
