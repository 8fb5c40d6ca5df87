package io.undermoon.broker.storage.etcd;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A relay to etcd that loses requests or replies of guarded transactions. */
final class LossyRelay implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final HostPort target;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BoundedHttp http = new BoundedHttp(LIMIT, false, null);
    private volatile Loss loss = Loss.NOTHING;
    private final AtomicInteger losses = new AtomicInteger();
    private volatile Runnable whenLost = () -> {};

    /** What is lost. */
    enum Loss {
        NOTHING,
        REQUESTS,
        REPLIES
    }

    LossyRelay(HostPort target) throws IOException {
        this.target = target;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.getAddress().getPort());
    }

    /** Loses so many of the next writes, and does something each time before the connection is closed. */
    void lose(Loss what, int number, Runnable andThen) {
        losses.set(number);
        whenLost = andThen;
        loss = what;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean isWrite = new String(body, StandardCharsets.UTF_8).contains("\"compare\"");
        boolean loses = isWrite && loss != Loss.NOTHING && losses.get() > 0;
        if (loses && loss == Loss.REQUESTS) {
            lose(exchange);
            return;
        }
        HttpReply reply = http.send(target, "POST", exchange.getRequestURI().getPath(), body, LIMIT);
        if (loses) {
            lose(exchange);
            return;
        }
        exchange.sendResponseHeaders(reply.status(), reply.body().length);
        exchange.getResponseBody().write(reply.body());
        exchange.close();
    }

    private void lose(HttpExchange exchange) {
        losses.decrementAndGet();
        whenLost.run();
        exchange.close();
    }
}
