package io.undermoon.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.broker.testing.MutableClock;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.client.BrokerToken;
import io.undermoon.testsupport.SocketServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class ReplicaPushTest {
    @Test
    void copies_to_every_replica_and_does_not_wait_for_the_silent() throws IOException {
        Metadata state = TestMetadata.withCluster(4, 1);
        MetadataWriter metadata = new MetadataWriter(
                new MemoryStorage(state), new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0), new MutableClock());
        Queue<String> received = new ConcurrentLinkedQueue<>();
        HttpServer replica = replica(received);
        try (SocketServer silent =
                new SocketServer(client -> client.getInputStream().transferTo(OutputStream.nullOutputStream()))) {
            String address = "127.0.0.1:" + replica.getAddress().getPort();
            ReplicaPush push = new ReplicaPush(
                    metadata, List.of(silent.address()), Duration.ofMillis(300), null, BrokerToken.NONE);
            push.push();
            assertThat(received).isEmpty();

            push.replaceReplicas(List.of(silent.address(), address));
            push.push();
            assertThat(received).hasSize(1);
            assertThat(MetadataJson.read(received.remove().getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(state.asCopy(true));
        } finally {
            replica.stop(0);
        }
    }

    private static HttpServer replica(Queue<String> received) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v3/metadata", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
