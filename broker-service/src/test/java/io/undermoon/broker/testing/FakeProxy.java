package io.undermoon.broker.testing;

import io.undermoon.testsupport.RespServer;
import io.undermoon.umctl.ControlProof;
import io.undermoon.umctl.ProxyLogin;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A proxy of ours as the broker sees it over RESP: it knows PING, AUTH, UMCTL GETEPOCH, READY, INFOMGR and
 * ABORTMIGRATION.
 */
public final class FakeProxy implements AutoCloseable {
    private static final String NO_AUTH = "-NOAUTH Authentication required.\r\n";

    private final RespServer server;
    private final @Nullable LongSupplier epoch;
    private final @Nullable String login;
    private final @Nullable String controlSecret;
    private final List<String> aborts = new CopyOnWriteArrayList<>();
    private volatile @Nullable String installation;
    private volatile String abortAnswer = "+OK";
    private final List<String> finished = new CopyOnWriteArrayList<>();

    /** A proxy with an epoch. */
    public FakeProxy(LongSupplier epoch) {
        this(epoch, null);
    }

    private FakeProxy(@Nullable LongSupplier epoch, @Nullable String login) {
        this(epoch, login, (String) null);
    }

    private FakeProxy(@Nullable LongSupplier epoch, @Nullable String login, @Nullable String controlSecret) {
        this(epoch, login, controlSecret, ServerSocketFactory.getDefault());
    }

    /** A proxy that speaks TLS. */
    public static FakeProxy withTls(SSLContext tls, LongSupplier epoch) {
        return new FakeProxy(epoch, null, null, tls.getServerSocketFactory());
    }

    private FakeProxy(
            @Nullable LongSupplier epoch,
            @Nullable String login,
            @Nullable String controlSecret,
            ServerSocketFactory sockets) {
        this.epoch = epoch;
        this.login = login;
        this.controlSecret = controlSecret;
        this.server = new RespServer(sockets, this::script);
    }

    /** A proxy that accepts connections and never answers. */
    public static FakeProxy silent() {
        return new FakeProxy(null, null);
    }

    /** A proxy that tells nothing to those who have not given its password. */
    public static FakeProxy withPassword(String password, LongSupplier epoch) {
        return new FakeProxy(epoch, "AUTH " + password);
    }

    /** A proxy that tells nothing to those who have not given its control secret. */
    public static FakeProxy withControlSecret(String secret, LongSupplier epoch) {
        return new FakeProxy(epoch, null, secret);
    }

    /** Has the proxy refuse callers of other installations. */
    public void belongTo(String id) {
        installation = id;
    }

    /** What the proxy says to {@code UMCTL ABORTMIGRATION}, in RESP without the end of line. */
    public void answerAbortsWith(String reply) {
        abortAnswer = reply;
    }

    /**
     * Lists a migration as finished.
     *
     * @param line of the reply to {@code UMCTL INFOMGR}
     */
    public void finish(String line) {
        finished.add(line);
    }

    /** The arguments of the aborts it was asked for, from the cluster's name on. */
    public List<String> aborts() {
        return aborts;
    }

    public String address() {
        return server.address();
    }

    /** What one connection is answered with; it has to log in by itself. */
    private Function<List<String>, String> script() {
        if (epoch == null) {
            return command -> RespServer.SILENCE;
        }
        LongSupplier known = epoch;
        AtomicBoolean loggedIn = new AtomicBoolean(login == null && controlSecret == null);
        AtomicReference<ControlProof.Challenged> challenged = new AtomicReference<>();
        return command -> {
            if (controlSecret != null && command.size() == 3 && command.get(1).equals(ProxyLogin.CONTROL_USER)) {
                ControlProof.Challenged before = challenged.get();
                if (before == null) {
                    challenged.set(ControlProof.Challenged.read(command.get(2)).orElseThrow());
                    return "+" + challenged.get().reply() + "\r\n";
                }
                Optional<String> proven = before.proven(controlSecret, command.get(2));
                loggedIn.set(proven.isPresent());
                return proven.map(reply -> "+" + reply).orElse("-WRONGPASS") + "\r\n";
            }
            if (String.join(" ", command).equalsIgnoreCase(login)) {
                loggedIn.set(true);
                return "+OK\r\n";
            }
            return loggedIn.get() ? answer(command, known) : NO_AUTH;
        };
    }

    private String answer(List<String> command, LongSupplier epoch) {
        if (command.size() > 3 && command.get(1).equals("ABORTMIGRATION")) {
            aborts.add(String.join(" ", command.subList(3, command.size())));
            return abortAnswer + "\r\n";
        }
        String own = installation;
        if (own != null && command.size() == 3 && command.get(1).equals("INSTALLATION")) {
            return command.get(2).equals(own) ? "+OK\r\n" : "-OTHER_INSTALLATION proxy p belongs to " + own + "\r\n";
        }
        return switch (String.join(" ", command).toUpperCase(Locale.ROOT)) {
            case "PING" -> "+PONG\r\n";
            case "UMCTL INFOMGR" -> {
                StringBuilder lines = new StringBuilder("*" + finished.size() + "\r\n");
                finished.forEach(line -> lines.append("+").append(line).append("\r\n"));
                yield lines.toString();
            }
            case "UMCTL READY" -> ":1\r\n";
            case "UMCTL GETEPOCH" -> ":" + epoch.getAsLong() + "\r\n";
            default -> "-ERR unknown command\r\n";
        };
    }

    @Override
    public void close() {
        server.close();
    }
}
