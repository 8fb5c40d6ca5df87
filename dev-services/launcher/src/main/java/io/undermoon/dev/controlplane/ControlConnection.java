package io.undermoon.dev.controlplane;

import io.undermoon.umctl.ProxyLogin;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Opens control connections to proxies of the stack. The services inherit the environment of the launcher, so what it
 * says of their secrets is true.
 */
public final class ControlConnection {
    private ControlConnection() {}

    /** A connection that has logged in as far as the environment has something to log in with. */
    public static RespConnection open(int port) throws IOException {
        RespConnection connection = RespConnection.open(port);
        try {
            List<ProxyLogin.Attempt> attempts = login().attempts();
            if (!attempts.isEmpty()) {
                connection.call(attempts.get(0).command().toArray(new String[0]));
            }
        } catch (IOException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /** What the environment of the launcher, and so of its services, says of their secrets. */
    public static ProxyLogin login() {
        return new ProxyLogin(setting("UNDERMOON_CONTROL_SECRET"), setting("UNDERMOON_PASSWORD"));
    }

    private static Optional<String> setting(String variable) {
        return Optional.ofNullable(System.getenv(variable)).filter(value -> !value.isEmpty());
    }
}
