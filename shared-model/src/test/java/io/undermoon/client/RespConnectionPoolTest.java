package io.undermoon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.RespServer;
import io.undermoon.testsupport.SocketServer;
import io.undermoon.umctl.ProxyLogin;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RespConnectionPoolTest {
    private final SocketServer server =
            new SocketServer(peer -> peer.getInputStream().transferTo(OutputStream.nullOutputStream()));
    private final HostPort address = HostPort.parse(server.address());
    private final RespClient client = new RespClient(1, Duration.ofSeconds(1), ProxyLogin.NONE, null, Runnable::run);

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void keeps_a_few_idle_connections_and_closes_those_that_stay_idle() {
        try (RespConnectionPool pool = new RespConnectionPool(client, Duration.ofMillis(300))) {
            List<RespConnection> taken =
                    Stream.generate(() -> pool.take(address)).limit(4).toList();
            taken.forEach(connection -> pool.giveBack(address, connection));
            assertThat(pool.idleCount()).isEqualTo(RespConnectionPool.MAX_IDLE);
            await().until(() -> pool.idleCount() == 0 && server.openConnections() == 0);
        }
    }

    @Test
    void does_not_hand_out_a_closed_connection() {
        try (RespConnectionPool pool = new RespConnectionPool(client, Duration.ofMinutes(1))) {
            RespConnection first = pool.take(address);
            pool.giveBack(address, first);
            first.close();
            await().until(() -> !first.isOpen());
            assertThat(pool.take(address)).isNotSameAs(first);
        }
    }

    @Test
    void does_not_hand_out_a_connection_that_was_made_for_another_installation() {
        AtomicReference<String> installation = new AtomicReference<>();
        ProxyLogin login = new ProxyLogin(Optional.empty(), Optional.empty(), false, installation::get);
        try (RespServer proxy = new RespServer(command -> "+OK\r\n");
                RespClient belonging = new RespClient(1, Duration.ofSeconds(5), login, null, Runnable::run);
                RespConnectionPool pool = new RespConnectionPool(belonging, Duration.ofMinutes(1))) {
            HostPort there = HostPort.parse(proxy.address());
            RespConnection first = pool.take(there);
            pool.giveBack(there, first);
            installation.set("1a2b");
            RespConnection second = pool.take(there);
            assertThat(second).isNotSameAs(first);
            assertThat(first.isOpen()).isFalse();
            pool.giveBack(there, second);
            assertThat(pool.take(there)).isSameAs(second);
        }
    }

    @Test
    void closes_a_connection_whose_conversation_failed() {
        try (RespConnectionPool pool = new RespConnectionPool(client, Duration.ofMinutes(1))) {
            assertThat(pool.use(address, RespConnection::isOpen)).isTrue();
            assertThat(pool.idleCount()).isEqualTo(1);
            assertThatThrownBy(() -> pool.use(address, connection -> {
                        throw new IllegalStateException("as the test wants");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(pool.idleCount()).isZero();
            await().until(() -> server.openConnections() == 0);
        }
    }
}
