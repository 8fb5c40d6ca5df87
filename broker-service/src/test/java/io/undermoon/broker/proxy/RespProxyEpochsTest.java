package io.undermoon.broker.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.testing.FakeProxy;
import io.undermoon.client.RespClient;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.TestAuthority;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsFiles;
import io.undermoon.umctl.ProxyLogin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RespProxyEpochsTest {
    private final List<RespClient> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(RespClient::close);
    }

    @Test
    void asks_all_at_once_and_does_not_wait_for_the_silent() throws IOException {
        ProxyAddress absent = freeAddress();
        try (FakeProxy alive = new FakeProxy(() -> 42);
                FakeProxy silent = FakeProxy.silent()) {
            ProxyAddress aliveAddress = new ProxyAddress(alive.address());
            ProxyAddress silentAddress = new ProxyAddress(silent.address());
            assertThat(epochs(Duration.ofSeconds(1), ProxyLogin.NONE, null)
                            .ask(List.of(aliveAddress, silentAddress, absent))
                            .toCompletableFuture())
                    .succeedsWithin(20, TimeUnit.SECONDS)
                    .isEqualTo(Map.of(
                            aliveAddress, Optional.of(new Epoch(42)),
                            silentAddress, Optional.empty(),
                            absent, Optional.empty()));
        }
    }

    @Test
    void logs_in_where_a_password_is_asked_for() {
        try (FakeProxy open = new FakeProxy(() -> 1);
                FakeProxy closed = FakeProxy.withPassword("s3cret", () -> 2)) {
            ProxyAddress openAddress = new ProxyAddress(open.address());
            ProxyAddress closedAddress = new ProxyAddress(closed.address());
            List<ProxyAddress> both = List.of(openAddress, closedAddress);
            assertThat(ask(both, password("s3cret")))
                    .isEqualTo(Map.of(
                            openAddress, Optional.of(new Epoch(1)),
                            closedAddress, Optional.of(new Epoch(2))));
            for (ProxyLogin wrong : List.of(ProxyLogin.NONE, password("guess"))) {
                assertThat(ask(both, wrong))
                        .isEqualTo(Map.of(openAddress, Optional.of(new Epoch(1)), closedAddress, Optional.empty()));
            }
        }
    }

    @Test
    void proves_the_control_secret_and_falls_back_to_the_password() {
        try (FakeProxy guarded = FakeProxy.withControlSecret("c0ntrol", () -> 3);
                FakeProxy closed = FakeProxy.withPassword("s3cret", () -> 2)) {
            ProxyAddress guardedAddress = new ProxyAddress(guarded.address());
            ProxyAddress closedAddress = new ProxyAddress(closed.address());
            assertThat(ask(
                            List.of(guardedAddress, closedAddress),
                            new ProxyLogin(Optional.of("c0ntrol"), Optional.of("s3cret"), true)))
                    .isEqualTo(Map.of(
                            guardedAddress, Optional.of(new Epoch(3)),
                            closedAddress, Optional.of(new Epoch(2))));
        }
    }

    @Test
    void speaks_tls_where_told_to(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "ours");
        TestAuthority.Identity own = authority.issue("proxy");
        TlsContext tls = new TlsContext(new TlsFiles(own.certificate(), own.key(), authority.authorities()), true);
        TlsContext stranger =
                new TlsContext(new TlsFiles(null, null, new TestAuthority(directory, "stranger").authorities()), true);
        try (FakeProxy proxy = FakeProxy.withTls(tls.current(), () -> 7)) {
            ProxyAddress address = new ProxyAddress(proxy.address());
            assertThat(ask(address, tls)).contains(new Epoch(7));
            assertThat(ask(address, stranger)).isEmpty();
        }
    }

    private Optional<Epoch> ask(ProxyAddress proxy, TlsContext tls) {
        return epochs(Duration.ofSeconds(10), ProxyLogin.NONE, tls)
                .ask(List.of(proxy))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join()
                .get(proxy);
    }

    private RespProxyEpochs epochs(Duration timeout, ProxyLogin login, TlsContext tls) {
        RespClient client = new RespClient(1, timeout, login, tls, ForkJoinPool.commonPool());
        clients.add(client);
        return new RespProxyEpochs(client);
    }

    private static ProxyLogin password(String password) {
        return new ProxyLogin(Optional.empty(), Optional.of(password), true);
    }

    private Map<ProxyAddress, Optional<Epoch>> ask(List<ProxyAddress> proxies, ProxyLogin login) {
        return epochs(Duration.ofSeconds(10), login, null)
                .ask(proxies)
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private static ProxyAddress freeAddress() {
        return new ProxyAddress("127.0.0.1:" + FreePort.any());
    }
}
