package io.undermoon.coordinator.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * A broker's HTTP port with canned answers; may hang before or within an answer. Unknown paths are 404, as with ours.
 */
public final class HttpBrokerServer implements AutoCloseable {
    public final List<String> requests = new CopyOnWriteArrayList<>();
    public final List<String> bodies = new CopyOnWriteArrayList<>();
    public final List<String> acceptedEncodings = new CopyOnWriteArrayList<>();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final HttpServer server;

    /** How to answer one request. */
    @FunctionalInterface
    public interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    public HttpBrokerServer() throws IOException {
        this(HttpServer.create(anyPort(), 16));
    }

    private HttpBrokerServer(HttpServer unstarted) {
        server = unstarted;
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** One that is asked by https. */
    public static HttpBrokerServer withTls(SSLContext tls) throws IOException {
        HttpsServer https = HttpsServer.create(anyPort(), 16);
        https.setHttpsConfigurator(new HttpsConfigurator(tls));
        return new HttpBrokerServer(https);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", server.getAddress().getPort());
    }

    /**
     * @param request such as {@code GET /api/v3/epoch}, the query included
     */
    public void on(String request, int status, String body) {
        on(request, exchange -> send(exchange, status, body.getBytes(StandardCharsets.UTF_8)));
    }

    public void on(String request, Answer answer) {
        answers.put(request, answer);
    }

    /** Never answers. */
    public void hangOn(String request) {
        on(request, exchange -> end.await());
    }

    /** Sends the headers and a first byte, and no more. */
    public void stallOn(String request) {
        on(request, exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            end.await();
        });
    }

    public static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request);
        bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        acceptedEncodings.add(String.valueOf(exchange.getRequestHeaders().getFirst("Accept-Encoding")));
        Answer answer = answers.getOrDefault(
                request,
                unknown -> send(unknown, 404, "{\"error\":\"PATH_NOT_FOUND\"}".getBytes(StandardCharsets.UTF_8)));
        try {
            answer.to(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
