package io.undermoon.dev.controlplane;

import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.client.RespConnection;
import io.undermoon.config.Loopback;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.umctl.ProxyLogin;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A blocking control connection to a service on this machine, one command at a time. */
public final class ControlConnection implements AutoCloseable {
    private static final RespClient CLIENT = client(ProxyLogin.NONE);

    private final RespConnection connection;

    private ControlConnection(RespConnection connection) {
        this.connection = connection;
    }

    public static ControlConnection open(int port) throws IOException {
        return new ControlConnection(await(CLIENT.connect(new HostPort("127.0.0.1", port))));
    }

    /**
     * Opens a connection to a proxy of the stack and logs in where the environment has a secret: the services inherit
     * the environment of the launcher, so their secrets are the same.
     *
     * @throws IOException if the proxy cannot be reached or refuses the login
     */
    public static ControlConnection openLoggedIn(int port) throws IOException {
        return openLoggedIn(new HostPort("127.0.0.1", port));
    }

    /** As {@link #openLoggedIn(int)}; a proxy elsewhere is told no password. */
    public static ControlConnection openLoggedIn(HostPort proxy) throws IOException {
        RespClient client = Loopback.isLoopback(proxy.host()) ? LoggedIn.HERE : LoggedIn.ELSEWHERE;
        return new ControlConnection(await(client.connect(proxy)));
    }

    /** Made when it is needed, as most commands have nothing to tell a proxy. */
    private static final class LoggedIn {
        static final RespClient HERE =
                client(new ProxyLogin(setting("UNDERMOON_CONTROL_SECRET"), setting("UNDERMOON_PASSWORD"), true));
        static final RespClient ELSEWHERE =
                client(new ProxyLogin(setting("UNDERMOON_CONTROL_SECRET"), Optional.empty(), true));
    }

    private static RespClient client(ProxyLogin login) {
        return new RespClient(1, Duration.ofSeconds(2), login, null, Runnable::run);
    }

    /**
     * @return the reply as text, null for a null reply
     * @throws IOException if the service does not answer, answers with an error, or with another kind of reply
     */
    public @Nullable String call(String... command) throws IOException {
        return call(List.of(command));
    }

    private @Nullable String call(List<String> command) throws IOException {
        RespValue reply = await(connection.call(command));
        try {
            return reply instanceof RespValue.Null ? null : reply.asText();
        } catch (IllegalArgumentException e) {
            throw new IOException("unexpected reply: " + reply, e);
        }
    }

    @Override
    public void close() {
        connection.close();
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return RespClient.await(future);
        } catch (RespClientException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Sends one command and returns its reply as it is, an error too. */
    public RespValue exchange(List<String> command) throws IOException {
        return await(connection.exchange(List.of(command))).get(0);
    }

    static Optional<String> setting(String variable) {
        return Optional.ofNullable(System.getenv(variable)).filter(value -> !value.isEmpty());
    }
}
