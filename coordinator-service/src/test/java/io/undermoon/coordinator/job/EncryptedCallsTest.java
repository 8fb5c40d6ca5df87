package io.undermoon.coordinator.job;

import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.client.BrokerToken;
import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.broker.BrokerList;
import io.undermoon.coordinator.broker.HttpBroker;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.proxy.RespProxyControl;
import io.undermoon.coordinator.testing.HttpBrokerServer;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.testsupport.RespServer;
import io.undermoon.testsupport.TestAuthority;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsFiles;
import io.undermoon.umctl.ProxyLogin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests calls with TLS to proxies and brokers. */
class EncryptedCallsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @TempDir
    static Path directory;

    private static TestAuthority ours;
    private static TestAuthority strange;
    private static TlsContext server;

    @BeforeAll
    static void makeCertificates() throws Exception {
        ours = new TestAuthority(directory, "ours");
        strange = new TestAuthority(directory, "strange");
        TestAuthority.Identity own = ours.issue("server");
        server = new TlsContext(new TlsFiles(own.certificate(), own.key(), ours.authorities()), true);
    }

    private static TlsContext trusting(Path authorities) throws Exception {
        return new TlsContext(new TlsFiles(null, null, authorities), true);
    }

    @Test
    void calls_only_proxies_with_a_trusted_certificate() throws Exception {
        try (RespServer proxy = new RespServer(server.current().getServerSocketFactory(), () -> command -> ":5\r\n");
                RespProxyControl control = new RespProxyControl(
                        1, TIMEOUT, TIMEOUT, ProxyLogin.NONE, false, trusting(ours.authorities()));
                RespProxyControl wary = new RespProxyControl(
                        1, TIMEOUT, TIMEOUT, ProxyLogin.NONE, false, trusting(strange.authorities()))) {
            assertThat(control.probe(new ProxyAddress(proxy.address())).epoch()).contains(epoch(5));
            assertThatThrownBy(() -> wary.probe(new ProxyAddress(proxy.address())))
                    .isInstanceOf(RespClientException.class)
                    .hasMessageContaining("unable to find valid certification path");
        }
    }

    @Test
    void calls_only_brokers_with_a_trusted_certificate_and_reloads_the_files() throws Exception {
        Path authorities = directory.resolve("live.pem");
        Files.copy(strange.authorities(), authorities);
        TlsContext tls = trusting(authorities);
        try (HttpBrokerServer server = HttpBrokerServer.withTls(EncryptedCallsTest.server.current())) {
            server.on("GET /api/v3/epoch", 200, "17");
            HttpBroker broker = new HttpBroker(
                    new BrokerList(List.of(server.address()), System::nanoTime),
                    "r",
                    TIMEOUT,
                    false,
                    tls,
                    BrokerToken.NONE);
            assertThatThrownBy(broker::epoch)
                    .isInstanceOf(BrokerException.class)
                    .hasMessageContaining("unable to find valid certification path");

            Files.copy(ours.authorities(), authorities, StandardCopyOption.REPLACE_EXISTING);
            assertThat(tls.refresh()).isEqualTo(TlsContext.Outcome.RELOADED);
            assertThat(broker.epoch()).isEqualTo(epoch(17));
        }
    }
}
