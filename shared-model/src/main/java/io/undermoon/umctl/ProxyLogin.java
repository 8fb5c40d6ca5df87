package io.undermoon.umctl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The login of coordinators and brokers to proxies: with the control secret, or with the proxy's password if the
 * proxy has no control secret yet.
 */
public record ProxyLogin(Optional<String> controlSecret, Optional<String> password) {
    /** The user whose password is the control secret of a proxy. Only this user may send control commands then. */
    public static final String CONTROL_USER = "undermoon-control";

    public static final ProxyLogin NONE = new ProxyLogin(Optional.empty(), Optional.empty());

    /**
     * One login command.
     *
     * @param key the configuration key that the password comes from
     */
    public record Attempt(String key, List<String> command) {}

    /** The login commands, to be sent in order until the proxy accepts one. A proxy without passwords accepts none. */
    public List<Attempt> attempts() {
        List<Attempt> attempts = new ArrayList<>();
        controlSecret.ifPresent(
                secret -> attempts.add(new Attempt("control_secret", List.of("AUTH", CONTROL_USER, secret))));
        password.ifPresent(secret -> attempts.add(new Attempt("proxy_password", List.of("AUTH", secret))));
        return attempts;
    }

    /** A text without the secrets. */
    @Override
    public String toString() {
        return "ProxyLogin" + attempts().stream().map(Attempt::key).toList();
    }
}
