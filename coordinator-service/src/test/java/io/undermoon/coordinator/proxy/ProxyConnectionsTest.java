package io.undermoon.coordinator.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.nio.NioEventLoopGroup;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.testsupport.RespServer;
import io.undermoon.umctl.ProxyLogin;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyConnectionsTest {
    private final NioEventLoopGroup group = new NioEventLoopGroup(1);

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void keeps_a_few_idle_connections_and_closes_them_when_nobody_wants_them() throws IOException {
        try (RespServer proxy = new RespServer(command -> "+OK\r\n");
                ProxyConnections connections = new ProxyConnections(
                        group, Duration.ofSeconds(1), Duration.ofMillis(300), ProxyLogin.NONE, null)) {
            List<ProxyConnection> taken = Stream.generate(() -> connections.take(new ProxyAddress(proxy.address())))
                    .limit(4)
                    .toList();
            taken.forEach(connection -> connections.giveBack(new ProxyAddress(proxy.address()), connection));
            assertThat(connections.idleCount()).isEqualTo(ProxyConnections.MAX_IDLE);
            await().until(() -> connections.idleCount() == 0 && proxy.openConnections() == 0);
        }
    }

    @Test
    void does_not_hand_out_a_connection_that_the_proxy_has_closed() throws IOException {
        try (RespServer proxy = new RespServer(command -> "+OK\r\n");
                ProxyConnections connections = new ProxyConnections(
                        group, Duration.ofSeconds(1), Duration.ofMinutes(1), ProxyLogin.NONE, null)) {
            ProxyConnection first = connections.take(new ProxyAddress(proxy.address()));
            connections.giveBack(new ProxyAddress(proxy.address()), first);
            first.close();
            await().until(() -> !first.isOpen());
            assertThat(connections.take(new ProxyAddress(proxy.address()))).isNotSameAs(first);
        }
    }
}
