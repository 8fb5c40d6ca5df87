package io.undermoon.dev.controlplane;

import io.undermoon.tls.TlsContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How proxies or Redis nodes are talked to.
 *
 * @param controlSecret proven to proxies, and never sent
 * @param user of the password; absent for the user {@code default}
 * @param password sent to who has not proven the secret
 * @param trustsAll whether the password is also sent to services on other machines; else to loopback addresses only
 * @param tls absent for plain connections
 */
public record ProxyAccess(
        Optional<String> controlSecret,
        Optional<String> user,
        Optional<String> password,
        boolean trustsAll,
        @Nullable TlsContext tls) {
    /** A text without the secrets. */
    @Override
    public String toString() {
        return "ProxyAccess[control_secret=" + controlSecret.isPresent() + ", password=" + password.isPresent()
                + ", tls=" + (tls != null) + "]";
    }
}
