package io.undermoon.umctl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How coordinators and brokers log in to proxies: with the control secret, and where that is not taken, because the
 * proxy has none yet, with its password.
 */
public record ProxyLogin(Optional<String> controlSecret, Optional<String> password) {
    /** The user whose password is the control secret of a proxy. It alone may give control commands then. */
    public static final String CONTROL_USER = "undermoon-control";

    public static final ProxyLogin NONE = new ProxyLogin(Optional.empty(), Optional.empty());

    /**
     * One thing to try.
     *
     * @param key of the configuration that it comes from
     */
    public record Attempt(String key, List<String> command) {}

    /** What to try, one after the other until the proxy takes one. A proxy that needs no login takes none. */
    public List<Attempt> attempts() {
        List<Attempt> attempts = new ArrayList<>();
        controlSecret.ifPresent(
                secret -> attempts.add(new Attempt("control_secret", List.of("AUTH", CONTROL_USER, secret))));
        password.ifPresent(secret -> attempts.add(new Attempt("proxy_password", List.of("AUTH", secret))));
        return attempts;
    }

    /** Never shows the secrets. */
    @Override
    public String toString() {
        return "ProxyLogin" + attempts().stream().map(Attempt::key).toList();
    }
}
