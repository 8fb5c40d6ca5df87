package io.undermoon.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.undermoon.metadata.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutsideListeningTest {
    @TempDir
    Path directory;

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("addresses"), text).toString();
    }

    @Test
    void is_beside_the_other_ports() throws IOException {
        ProxySettings settings = Configs.settings(
                "external.address",
                "0.0.0.0:5300",
                "external.replica_port",
                "15300",
                "external.addresses_file",
                file(""));
        assertThat(settings.listenPoints())
                .extracting(ListenPoint::role, point -> point.address().toString())
                .containsExactly(
                        tuple(Role.MASTER, "127.0.0.1:5299"),
                        tuple(Role.REPLICA, "127.0.0.1:15299"),
                        tuple(Role.MASTER, "0.0.0.0:5300"),
                        tuple(Role.REPLICA, "0.0.0.0:15300"));
        assertThat(settings.replicaAddress()).as("of the metadata").hasToString("127.0.0.1:15299");
        assertThat(settings.outside()).isNotNull();
        assertThat(Configs.settings().outside()).isNull();
    }

    @Test
    void refuses_what_does_not_fit_together() throws IOException {
        String file = file("");
        assertThatThrownBy(() -> Configs.settings("external.address", "a:5300"))
                .hasMessageContaining("external.addresses_file");
        assertThatThrownBy(() -> Configs.settings("external.addresses_file", file))
                .hasMessageContaining("expected external.address");
        assertThatThrownBy(() -> Configs.settings("external.replica_port", "15300"))
                .hasMessageContaining("expected external.address");
        assertThatThrownBy(() -> Configs.settings("external.address", "0.0.0.0:5299", "external.addresses_file", file))
                .hasMessageContaining("external.address")
                .hasMessageContaining("0.0.0.0:5299");
        assertThatThrownBy(() -> Configs.settings(
                        "external.address",
                        "0.0.0.0:5300",
                        "external.replica_port",
                        "5300",
                        "external.addresses_file",
                        file))
                .hasMessageContaining("external.replica_port");
        assertThatThrownBy(() ->
                        Configs.settings("external.address", "a:5300", "external.addresses_file", directory + "/none"))
                .hasMessageContaining("external.addresses_file=" + directory + "/none")
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() ->
                        Configs.settings("external.address", "a:5300", "external.addresses_file", file("nonsense")))
                .hasMessageContaining("line 1 'nonsense'");
    }
}
