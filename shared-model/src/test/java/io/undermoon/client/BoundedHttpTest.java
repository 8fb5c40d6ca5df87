package io.undermoon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BoundedHttpTest {
    private static final int MAX_BODY_BYTES = 1000;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final BoundedHttp http = new BoundedHttp(LIMIT, false, null, BrokerToken.NONE, () -> null, MAX_BODY_BYTES);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer server;
    private HostPort address;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
        address = new HostPort("127.0.0.1", server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void reads_a_body_up_to_the_limit_and_refuses_a_longer_one() throws IOException {
        on("/full", exchange -> answer(exchange, new byte[MAX_BODY_BYTES]));
        on("/longer", exchange -> answer(exchange, new byte[MAX_BODY_BYTES + 1]));
        assertThat(get("/full").body()).hasSize(MAX_BODY_BYTES);
        assertThatThrownBy(() -> get("/longer")).hasMessageContaining("more than 1000 bytes");
    }

    @Test
    void refuses_a_small_body_that_inflates_beyond_the_limit() throws IOException {
        on("/full", exchange -> answerCompressed(exchange, new byte[MAX_BODY_BYTES]));
        on("/bomb", exchange -> answerCompressed(exchange, new byte[100 * MAX_BODY_BYTES]));
        assertThat(get("/full").body()).hasSize(MAX_BODY_BYTES);
        assertThatThrownBy(() -> get("/bomb"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("inflates to more than 1000 bytes");
    }

    @Test
    void the_time_limit_includes_the_body() {
        on("/stalled", exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            awaitEnd();
        });
        assertThatThrownBy(() -> http.send(address, "GET", "/stalled", new byte[0], Duration.ofMillis(300)))
                .isInstanceOf(IOException.class)
                .hasMessage("no answer within 300 ms");
    }

    @Test
    void says_that_a_port_is_closed() {
        HostPort closed = new HostPort("127.0.0.1", FreePort.any());
        assertThatThrownBy(() -> http.send(closed, "GET", "/", new byte[0], LIMIT))
                .hasMessage("cannot connect");
    }

    @Test
    void an_interrupt_ends_the_wait_and_is_kept() {
        on("/silent", exchange -> awaitEnd());
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> get("/silent")).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void sends_json_and_follows_no_redirect() throws IOException {
        on("/echo", exchange -> {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(302, 0);
            exchange.getResponseBody()
                    .write((exchange.getRequestMethod() + " "
                                    + exchange.getRequestHeaders().getFirst("Content-Type") + " ")
                            .getBytes(StandardCharsets.UTF_8));
            exchange.getRequestBody().transferTo(exchange.getResponseBody());
            exchange.close();
        });
        HttpReply reply = http.send(address, "PUT", "/echo", "{}".getBytes(StandardCharsets.UTF_8), LIMIT);
        assertThat(reply.status()).isEqualTo(302);
        assertThat(reply.text()).isEqualTo("PUT application/json {}");
    }

    @Test
    void gives_credentials() throws IOException {
        on(
                "/who",
                exchange -> answer(
                        exchange,
                        exchange.getRequestHeaders().getFirst("Authorization").getBytes(StandardCharsets.UTF_8)));
        assertThat(http.send(address, "GET", "/who", new byte[0], "Basic eA==", LIMIT)
                        .text())
                .isEqualTo("Basic eA==");
    }

    @Test
    void reads_a_reply_without_an_end_while_it_comes_until_it_is_closed() throws IOException {
        on("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('a');
            exchange.getResponseBody().flush();
            awaitEnd();
        });
        InputStream reply = http.open(address, "GET", "/endless", new byte[0], "", LIMIT);
        assertThat(reply.read()).isEqualTo('a');
        threads.execute(() -> {
            try {
                reply.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(() -> {
                    while (reply.read() >= 0) {}
                    throw new IOException("end");
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void opens_no_reply_that_does_not_begin_or_is_a_refusal() {
        on("/silent", exchange -> awaitEnd());
        on("/refused", exchange -> {
            exchange.sendResponseHeaders(403, -1);
            exchange.close();
        });
        assertThatThrownBy(() -> http.open(address, "GET", "/silent", new byte[0], "", Duration.ofMillis(300)))
                .hasMessage("no answer within 300 ms");
        assertThatThrownBy(() -> http.open(address, "GET", "/refused", new byte[0], "", LIMIT))
                .hasMessage("status 403");
    }

    private HttpReply get(String path) throws IOException {
        return http.send(address, "GET", path, new byte[0], LIMIT);
    }

    private void on(String path, HttpHandler handler) {
        server.createContext(path, handler);
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void answerCompressed(HttpExchange exchange, byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(body);
        }
        assertThat(bytes.size()).isLessThan(MAX_BODY_BYTES);
        exchange.getResponseHeaders().add("Content-Encoding", "gzip");
        answer(exchange, bytes.toByteArray());
    }
}
