package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Listener;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void a_port_is_free_when_nothing_listens_there() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
            assertThat(Ports.isFree(port)).isFalse();
        }
        assertThat(Ports.isFree(port)).isTrue();
    }

    @Test
    void a_port_that_is_taken_on_all_addresses_is_not_free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            assertThat(Ports.isFree(socket.getLocalPort())).isFalse();
        }
    }

    @Test
    void names_every_port_in_use_and_what_wants_it() throws IOException {
        try (ServerSocket first = new ServerSocket(0);
                ServerSocket second = new ServerSocket(0)) {
            ServiceSpec proxy = new ServiceSpec(
                    "proxy-1",
                    ServiceKind.PROXY,
                    List.of("proxy"),
                    List.of(new Listener(first.getLocalPort(), "RESP"), new Listener(second.getLocalPort(), "HTTP")),
                    new Readiness(Readiness.Check.PING, first.getLocalPort()));

            assertThatThrownBy(() -> Ports.requireFree(List.of(proxy), "Use --base-port."))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("port " + first.getLocalPort() + " is in use; proxy-1 wants it for RESP")
                    .hasMessageContaining("port " + second.getLocalPort() + " is in use; proxy-1 wants it for HTTP")
                    .hasMessageContaining("--base-port");
        }
    }
}
