package io.undermoon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerHttpTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final List<HttpServer> servers = new ArrayList<>();
    private final List<String> installationsTold = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void moves_on_from_a_broker_that_fails_and_stays_with_the_next() throws IOException {
        HostPort closed = new HostPort("127.0.0.1", FreePort.any());
        HostPort failing = broker(503, "{\"error\":\"EXTERNAL\"}");
        HostPort good = broker(200, "17");
        BrokerOrder order = BrokerOrder.lastAnsweredFirst(List.of(closed, failing, good));
        HttpReply reply = client(order).send("GET", "/epoch");
        assertThat(reply.address()).isEqualTo(good);
        assertThat(reply.request()).isEqualTo("GET /api/v3/epoch");
        assertThat(reply.read(Integer.class)).isEqualTo(17);
        assertThat(order.candidates()).containsExactly(good, closed, failing);
    }

    @Test
    void a_refusal_carries_status_code_and_text() throws IOException {
        HostPort ours = broker(404, "{\"error\":\"CLUSTER_NOT_FOUND\",\"message\":\"there is no cluster 'x'\"}");
        BrokerHttpException refusal = refusal(ours);
        assertThat(refusal.status()).isEqualTo(404);
        assertThat(refusal.code()).isEqualTo("CLUSTER_NOT_FOUND");
        assertThat(refusal.text()).isEqualTo("there is no cluster 'x'");
        assertThat(refusal)
                .hasMessage(
                        "GET /api/v3/x: broker " + ours + " answers 404 CLUSTER_NOT_FOUND: there is no cluster 'x'");
    }

    @Test
    void a_refusal_without_json_carries_the_start_of_the_body() throws IOException {
        BrokerHttpException refusal = refusal(broker(400, " Invalid query string " + "x".repeat(300)));
        assertThat(refusal.code()).isEmpty();
        assertThat(refusal.text())
                .startsWith("Invalid query string x")
                .endsWith("…")
                .hasSize(201);
    }

    @Test
    void without_an_answer_it_says_of_every_broker_why() throws IOException {
        HostPort closed = new HostPort("127.0.0.1", FreePort.any());
        HostPort failing = broker(503, "{\"error\":\"EXTERNAL\",\"message\":\"the disk is full\"}");
        BrokerHttpException both = failure(closed, failing);
        assertThat(both)
                .hasMessage("GET /x: no broker answers: " + closed + ": cannot connect; " + failing
                        + ": status 503 EXTERNAL: the disk is full");
        assertThat(both.status()).isEqualTo(503);
        assertThat(both.text()).isEqualTo("the disk is full");
        assertThat(failure(closed).status()).isZero();
        assertThat(failure(closed)).cause().cause().isInstanceOf(ConnectException.class);
    }

    @Test
    void a_body_that_is_not_the_value_is_a_failure() throws IOException {
        assertThatThrownBy(() -> call(broker(200, "<html>")).read(JsonNode.class))
                .isInstanceOf(BrokerHttpException.class)
                .hasMessageContaining("cannot read the answer");
        assertThatThrownBy(() -> call(broker(200, "null")).read(ClusterName.class))
                .isInstanceOf(BrokerHttpException.class);
    }

    @Test
    void does_not_use_brokers_of_another_installation() throws IOException {
        HostPort closed = new HostPort("127.0.0.1", FreePort.any());
        HostPort other = broker(200, "1", () -> "ffff");
        HostPort ours = broker(200, "2", () -> "1a2b");
        BrokerOrder order = BrokerOrder.lastAnsweredFirst(List.of(closed, other, ours));
        Installation installation = Installation.of(() -> "1a2b");
        BrokerHttp http = new BrokerHttp(order, LIMIT, LIMIT, false, null, BrokerToken.NONE, installation);
        assertThat(http.send("GET", "/x").address()).isEqualTo(ours);
        assertThat(installationsTold).containsExactly("1a2b", "1a2b");
        assertThatThrownBy(() -> new BrokerHttp(
                                BrokerOrder.lastAnsweredFirst(List.of(other)),
                                LIMIT,
                                LIMIT,
                                false,
                                null,
                                BrokerToken.NONE,
                                installation)
                        .send("GET", "/x"))
                .hasMessageContaining("the broker belongs to installation ffff, not 1a2b");
    }

    @Test
    void belongs_to_the_installation_of_its_first_broker_also_when_that_changes() throws IOException {
        AtomicReference<String> ofFirst = new AtomicReference<>("1a2b");
        HostPort first = broker(200, "1", ofFirst::get);
        HostPort second = broker(200, "2", () -> "ffff");
        BrokerOrder order = BrokerOrder.lastAnsweredFirst(List.of(first, second));
        Installation installation = Installation.ofBrokers();
        BrokerHttp http = new BrokerHttp(order, LIMIT, LIMIT, false, null, BrokerToken.NONE, installation);
        assertThat(http.send("GET", "/x").address()).isEqualTo(first);
        assertThat(installation.id()).isEqualTo("1a2b");
        order.failed(first, "as the test wants");
        assertThat(http.send("GET", "/x").address()).isEqualTo(first);
        // Its request said the former id, so it was refused; the next one is not.
        ofFirst.set("3c4d");
        assertThatThrownBy(() -> http.send("GET", "/x")).hasMessageContaining("belongs to installation 3c4d");
        assertThat(http.send("GET", "/x").address()).isEqualTo(first);
        assertThat(installationsTold).endsWith("3c4d");
    }

    private static BrokerHttp client(BrokerOrder order) {
        return new BrokerHttp(order, LIMIT, LIMIT, false, null, BrokerToken.NONE, Installation.ofBrokers());
    }

    private static HttpReply call(HostPort... brokers) throws IOException {
        return client(BrokerOrder.lastAnsweredFirst(List.of(brokers))).send("GET", "/x");
    }

    private static BrokerHttpException refusal(HostPort broker) throws IOException {
        return call(broker).refusal();
    }

    private static BrokerHttpException failure(HostPort... brokers) {
        return catchThrowableOfType(BrokerHttpException.class, () -> call(brokers));
    }

    /** A broker that gives every request the same answer. */
    private HostPort broker(int status, String body) throws IOException {
        return broker(status, body, () -> null);
    }

    private HostPort broker(int status, String body, Supplier<String> installation) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            String told = exchange.getRequestHeaders().getFirst(Installation.HEADER);
            installationsTold.add(told == null ? "none" : told);
            String own = installation.get();
            if (own != null) {
                exchange.getResponseHeaders().set(Installation.HEADER, own);
            }
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        servers.add(server);
        return new HostPort("127.0.0.1", server.getAddress().getPort());
    }
}
