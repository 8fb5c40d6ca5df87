package io.undermoon.tls;

import java.util.Optional;

/** The keys {@code undermoon.tls.*} that every service has, each with the same meaning. */
public interface TlsConfig {
    /** The own certificate and those between it and its authority. */
    Optional<String> certFile();

    /** The private key of the certificate, not encrypted. */
    Optional<String> keyFile();

    /** Whose certificates are trusted; by default those the Java runtime trusts. */
    Optional<String> caCertFile();

    /** Whether certificates have to be for the name or IP address their owner is reached by. */
    boolean verifyHostname();
}
