package io.undermoon.tls;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * TLS with those a service calls, by the keys {@code undermoon.tls.*} of its configuration. Its files are followed until it is
 * closed, and what becomes of changed ones is logged.
 */
public final class FollowedTls implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FollowedTls.class.getName());

    private final @Nullable TlsContext context;
    private final @Nullable TlsWatch watch;

    /**
     * Reads the files, if TLS is spoken with anybody.
     *
     * @param isUsed whether it is
     * @throws IllegalArgumentException naming the file or key that cannot be used
     */
    public FollowedTls(
            boolean isUsed,
            Optional<String> certificate,
            Optional<String> key,
            Optional<String> authorities,
            boolean verifiesHostname,
            Duration reloadInterval) {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException(
                    "undermoon.tls.cert_file and undermoon.tls.key_file: one is given without the other");
        }
        if (reloadInterval.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "undermoon.tls.reload_interval = " + reloadInterval + " is less than a millisecond");
        }
        context = isUsed ? load(certificate, key, authorities, verifiesHostname) : null;
        watch = context == null
                ? null
                : new TlsWatch(
                        context,
                        reloadInterval,
                        () -> LOG.log(Level.INFO, "new TLS files are in use"),
                        problem -> LOG.log(
                                Level.WARNING, "changed TLS files cannot be used, the old ones still are: " + problem));
    }

    /**
     * Reads files that a configuration names.
     *
     * @throws IllegalArgumentException naming the file that cannot be used
     */
    public static TlsContext load(
            Optional<String> certificate,
            Optional<String> key,
            Optional<String> authorities,
            boolean verifiesHostname) {
        try {
            return new TlsContext(TlsFiles.of(certificate, key, authorities), verifiesHostname);
        } catch (TlsException e) {
            throw new IllegalArgumentException("undermoon.tls: " + e.getMessage(), e);
        }
    }

    /** For connections of one kind; absent for plain ones. */
    public @Nullable TlsContext where(boolean isEncrypted) {
        return isEncrypted ? context : null;
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }
}
