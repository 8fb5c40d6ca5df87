package io.undermoon.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.undermoon.metadata.Role;
import io.undermoon.testsupport.TestAuthority;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaListeningTest {
    @TempDir
    static Path directory;

    private static TestAuthority.Identity own;

    @BeforeAll
    static void makeCertificate() throws Exception {
        own = new TestAuthority(directory, "ours").issue("proxy");
    }

    @Test
    void is_ten_thousand_ports_above_the_first_by_default() {
        ProxySettings settings = Configs.settings("address", "0.0.0.0:5299", "announce_address", "10.0.0.1:5299");
        assertThat(settings.listenPoints())
                .extracting(ListenPoint::role, point -> point.address().toString())
                .containsExactly(tuple(Role.MASTER, "0.0.0.0:5299"), tuple(Role.REPLICA, "0.0.0.0:15299"));
        assertThat(settings.replicaAddress()).hasToString("10.0.0.1:15299");
        assertThat(settings.registration().replicaAddress()).hasToString("10.0.0.1:15299");
    }

    @Test
    void is_nowhere_when_told_so_when_there_is_no_such_port_and_when_ports_are_mapped() {
        for (ProxySettings settings : List.of(
                Configs.settings("replica_port", "0"),
                Configs.settings("address", "127.0.0.1:55536"),
                Configs.settings("announce_address", "10.0.0.1:6001"))) {
            assertThat(settings.listenPoints()).hasSize(1);
            assertThat(settings.replicaAddress()).isEqualTo(settings.self());
        }
    }

    @Test
    void is_where_it_is_told_to_be() {
        ProxySettings mapped = Configs.settings(
                "announce_address",
                "10.0.0.1:6001",
                "replica_port",
                "5300",
                "announce_replica_address",
                "10.0.0.1:6002");
        assertThat(mapped.listenPoints().get(1).address()).hasToString("127.0.0.1:5300");
        assertThat(mapped.replicaAddress()).hasToString("10.0.0.1:6002");
    }

    @Test
    void has_a_port_for_tls_where_there_is_one_for_masters() {
        assertThat(places("tls.address", "127.0.0.1:5300"))
                .containsExactly("127.0.0.1:5299", "127.0.0.1:5300", "127.0.0.1:15299", "127.0.0.1:15300");
        assertThat(withTls("tls.address", "127.0.0.1:5300").replicaAddress()).hasToString("127.0.0.1:15299");
        assertThat(withTls("tls.address", "127.0.0.1:5300", "tls.peers", "true").replicaAddress())
                .hasToString("127.0.0.1:15300");
        assertThat(places("tls.address", "127.0.0.1:5299", "tls.peers", "true"))
                .containsExactly("127.0.0.1:5299", "127.0.0.1:15299");
        assertThat(withTls("tls.address", "127.0.0.1:5299", "tls.peers", "true").listenPoints())
                .allMatch(point -> point.encryption() != null);
    }

    @Test
    void refuses_a_port_that_is_in_use_and_an_address_of_no_port() {
        assertThatThrownBy(() -> Configs.settings("replica_port", "5299"))
                .hasMessageContaining("replica_port")
                .hasMessageContaining("5299");
        assertThatThrownBy(() -> withTls("tls.address", "127.0.0.1:5300", "replica_port", "5298"))
                .as("whose port for TLS is that of address")
                .hasMessageContaining("5298");
        assertThatThrownBy(() -> Configs.settings("replica_port", "0", "announce_replica_address", "a:1"))
                .hasMessageContaining("announce_replica_address")
                .hasMessageContaining("a:1");
        assertThatThrownBy(() -> Configs.settings("replica_port", "65536")).hasMessageContaining("65536");
    }

    private static List<String> places(String... values) {
        return withTls(values).listenPoints().stream()
                .map(point -> point.address().toString())
                .toList();
    }

    private static ProxySettings withTls(String... more) {
        List<String> values = new ArrayList<>(List.of(
                "tls.cert_file",
                own.certificate().toString(),
                "tls.key_file",
                own.key().toString()));
        values.addAll(List.of(more));
        return Configs.settings(values.toArray(String[]::new));
    }
}
