package io.undermoon.broker.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.testing.FakeProxy;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RespProxyEpochsTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void asks_all_at_once_and_does_not_wait_for_the_silent() throws IOException {
        ProxyAddress absent = freeAddress();
        try (FakeProxy alive = new FakeProxy(() -> 42);
                FakeProxy silent = FakeProxy.silent()) {
            ProxyAddress aliveAddress = new ProxyAddress(alive.address());
            ProxyAddress silentAddress = new ProxyAddress(silent.address());
            assertThat(new RespProxyEpochs(vertx, Duration.ofSeconds(1))
                            .ask(List.of(aliveAddress, silentAddress, absent))
                            .toCompletableFuture())
                    .succeedsWithin(20, TimeUnit.SECONDS)
                    .isEqualTo(Map.of(
                            aliveAddress, Optional.of(new Epoch(42)),
                            silentAddress, Optional.empty(),
                            absent, Optional.empty()));
        }
    }

    private static ProxyAddress freeAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return new ProxyAddress("127.0.0.1:" + socket.getLocalPort());
        }
    }
}
