package io.undermoon.umctl;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How coordinators and brokers log in to proxies: by proving that they know the control secret, see {@link
 * ControlProof}, which a proxy has to prove in turn. Only if unproven proxies are allowed, as while a secret is
 * introduced or with proxies of the original, a proxy that proves nothing is used all the same, and is told the
 * password.
 *
 * @param installation of the caller, which each proxy is told at the end of the login, see {@link InstallationCheck};
 *     null as long as it is not known
 */
public record ProxyLogin(
        Optional<String> controlSecret,
        Optional<String> password,
        boolean allowsUnproven,
        Supplier<@Nullable String> installation) {
    /** The user whose password is the control secret of a proxy. Only this user may send control commands then. */
    public static final String CONTROL_USER = "undermoon-control";

    public static final ProxyLogin NONE = new ProxyLogin(Optional.empty(), Optional.empty(), false);

    /** @throws IllegalArgumentException there is a password that would be told to proxies that prove nothing */
    public ProxyLogin {
        if (password.isPresent() && !allowsUnproven) {
            throw new IllegalArgumentException("undermoon.proxy_password would go in clear to every proxy that is"
                    + " registered; set undermoon.control_secret instead, or undermoon.allow_unproven_proxies=true");
        }
    }

    /** The login of a caller that belongs to no installation. */
    public ProxyLogin(Optional<String> controlSecret, Optional<String> password, boolean allowsUnproven) {
        this(controlSecret, password, allowsUnproven, () -> null);
    }

    /** A text without the secrets. */
    @Override
    public String toString() {
        return "ProxyLogin[control_secret=" + controlSecret.isPresent() + ", proxy_password=" + password.isPresent()
                + "]";
    }
}
