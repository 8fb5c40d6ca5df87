package io.undermoon.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.client.ClientPorts;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.Target;
import io.undermoon.testsupport.TestAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsSettingsTest {
    private static final ProxyAddress PEER = new ProxyAddress("10.0.0.9:6000");

    @TempDir
    static Path directory;

    private static List<String> files;

    @BeforeAll
    static void makeCertificate() throws Exception {
        TestAuthority.Identity own = new TestAuthority(directory, "ours").issue("proxy");
        files = List.of(
                "address", "10.0.0.1:5299",
                "tls.cert_file", own.certificate().toString(),
                "tls.key_file", own.key().toString());
    }

    private static ProxySettings settings(String... more) {
        List<String> values = new ArrayList<>(files);
        values.addAll(List.of(more));
        return Configs.settings(values.toArray(String[]::new));
    }

    @Test
    void is_off_by_default() {
        ProxySettings settings = Configs.settings("address", "10.0.0.1:5299");
        assertThat(settings.tls().context()).isNull();
        assertThat(settings.tls().listenPoints(settings.config().address()))
                .containsExactly(ListenPoint.plain(settings.config().address()));
        assertThat(settings.backends().encryption().redis()).isNull();
        assertThat(settings.backends().encryption().peers()).isNull();
        assertThat(settings.tls().brokers()).isNull();
    }

    @Test
    void tells_each_client_the_port_that_fits() {
        ProxySettings plain = settings("tls.address", "10.0.0.1:5300");
        assertThat(plain.self().port()).isEqualTo(5299);
        assertThat(ports(plain)).containsExactly(6000, 6001);

        ProxySettings encrypted = settings("tls.address", "10.0.0.1:5300", "tls.peers", "true");
        assertThat(encrypted.self().port()).isEqualTo(5300);
        assertThat(ports(encrypted)).containsExactly(5999, 6000);

        ProxySettings mapped = settings("tls.address", "10.0.0.1:5300", "tls.port_offset", "-1000");
        assertThat(ports(mapped)).containsExactly(6000, 5000);

        ProxySettings only = settings("tls.address", "10.0.0.1:5299", "tls.peers", "true");
        assertThat(ports(only)).containsExactly(6000);
    }

    /** The ports of a peer as the clients of each place where the proxy listens are told. */
    private static List<Integer> ports(ProxySettings settings) {
        return settings.tls().listenPoints(settings.config().address()).stream()
                .map(ListenPoint::ports)
                .map(TlsSettingsTest::portOfPeer)
                .toList();
    }

    private static int portOfPeer(ClientPorts ports) {
        String moved = new String(ports.movedTail(Target.Remote.of(PEER, new Endpoints())), StandardCharsets.US_ASCII);
        return Integer.parseInt(moved.substring(moved.lastIndexOf(':') + 1).strip());
    }

    @Test
    void refuses_what_does_not_fit_together() {
        assertRefused("tls.auth_clients", "tls.address", "10.0.0.1:5300", "tls.auth_clients", "yes");
        assertRefused("tls.peers", "tls.peers", "true");
        assertRefused("tls.peers", "tls.address", "10.0.0.1:5299");
        assertRefused("tls.address", "tls.address", "nowhere");
        assertRefused("tls.reload_interval", "tls.reload_interval", "0s");
        assertRefused("nowhere.pem", "tls.redis", "true", "tls.ca_cert_file", "nowhere.pem");
        assertThatThrownBy(() -> Configs.settings("tls.address", "10.0.0.1:5300"))
                .hasMessageContaining("tls.cert_file");
        assertThatThrownBy(() -> Configs.settings("tls.cert_file", "a.pem")).hasMessageContaining("tls.key_file");
    }

    private static void assertRefused(String key, String... values) {
        assertThatThrownBy(() -> settings(values)).hasMessageContaining(key);
    }
}
