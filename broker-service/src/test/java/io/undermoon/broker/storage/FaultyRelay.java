package io.undermoon.broker.storage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A relay, reached by plain HTTP, to a storage in the network. It loses or delays chosen calls. Thread-safe. */
public final class FaultyRelay implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    static {
        // Else each reply on a kept connection waits for the acknowledgement of the one before.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HostPort target;
    private final String authorization;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BoundedHttp http;
    private final AtomicInteger streams = new AtomicInteger();
    /** The streams up to this one pass nothing on. */
    private volatile int lastSilent;

    private Fault fault = new Fault(call -> false, 0, Loss.NOTHING, () -> {});

    /** A request. */
    public record Call(String method, String path, String body) {}

    /** What is lost. */
    public enum Loss {
        NOTHING,
        REQUESTS,
        REPLIES
    }

    /** @param action is done before a request is passed on or lost, or before a reply is lost */
    private record Fault(Predicate<Call> which, int number, Loss loss, Runnable action) {
        Fault next() {
            return new Fault(which, number - 1, loss, action);
        }
    }

    /** A relay to a server without TLS. */
    public FaultyRelay(HostPort target) throws IOException {
        this(target, null, "");
    }

    /** @param authorization shown to the target, whatever the client shows */
    public FaultyRelay(HostPort target, @Nullable TlsContext tls, String authorization) throws IOException {
        this.target = target;
        this.authorization = authorization;
        http = new BoundedHttp(LIMIT, false, tls);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", server.getAddress().getPort());
    }

    /** Loses so many of the next calls of a kind, and does something each time before the connection is closed. */
    public synchronized void lose(Loss loss, Predicate<Call> which, int number, Runnable andThen) {
        fault = new Fault(which, number, loss, andThen);
    }

    /** Does something before the next call of a kind is passed on. */
    public void delay(Predicate<Call> which, Runnable meanwhile) {
        lose(Loss.NOTHING, which, 1, meanwhile);
    }

    /** Keeps the watches there are open, and passes nothing of them on any more. */
    public void silenceWatches() {
        lastSilent = streams.get();
    }

    /** Passes all calls on. */
    public void repair() {
        lose(Loss.NOTHING, call -> false, 0, () -> {});
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().toString();
        Call call = new Call(exchange.getRequestMethod(), path, new String(body, StandardCharsets.UTF_8));
        if (path.contains("watch=true")) {
            passStream(exchange, call);
            return;
        }
        Fault present = faultOf(call);
        if (present != null && present.loss() != Loss.REPLIES) {
            present.action().run();
        }
        if (present != null && present.loss() == Loss.REQUESTS) {
            exchange.close();
            return;
        }
        HttpReply reply = http.send(target, call.method(), path, body, authorization, LIMIT);
        if (present != null && present.loss() == Loss.REPLIES) {
            present.action().run();
            exchange.close();
            return;
        }
        exchange.sendResponseHeaders(reply.status(), reply.body().length);
        exchange.getResponseBody().write(reply.body());
        exchange.close();
    }

    private synchronized @Nullable Fault faultOf(Call call) {
        Fault present = fault;
        if (present.number() == 0 || !present.which().test(call)) {
            return null;
        }
        fault = present.next();
        return present;
    }

    private void passStream(HttpExchange exchange, Call call) throws IOException {
        int number = streams.incrementAndGet();
        try (exchange;
                InputStream in = http.open(target, call.method(), call.path(), new byte[0], authorization, LIMIT)) {
            exchange.sendResponseHeaders(200, 0);
            byte[] part = new byte[8192];
            for (int read = in.read(part); read >= 0; read = in.read(part)) {
                if (number > lastSilent) {
                    exchange.getResponseBody().write(part, 0, read);
                    exchange.getResponseBody().flush();
                }
            }
        }
    }
}
