package io.undermoon.kubernetes.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeStateTest {
    private static final long PERIOD_NANOS = 2_000_000_000L;

    private final ProbeAction action =
            new ProbeAction(new ContainerBuilder().withName("c").build(), "127.0.0.1", Map.of());

    @Test
    void a_container_without_a_probe_passes() {
        ProbeState state = new ProbeState(null, false, 0);
        assertThat(state.hasPassed()).isTrue();
        assertThat(state.hasFailed()).isFalse();
    }

    @Test
    void it_passes_and_fails_when_the_thresholds_are_reached() throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ProbeState state = new ProbeState(tcp(server.getLocalPort()), false, 0);
        try (server) {
            state.probe(action, null, 0);
        }
        assertThat(state.hasPassed()).isTrue();
        state.probe(action, null, PERIOD_NANOS);
        assertThat(state.hasPassed()).as("after one failure of two").isTrue();
        state.probe(action, null, PERIOD_NANOS + 1);
        assertThat(state.hasPassed()).as("before it is due").isTrue();
        state.probe(action, null, 2 * PERIOD_NANOS);
        assertThat(state.hasPassed()).isFalse();
        assertThat(state.hasFailed()).isTrue();
    }

    private static Probe tcp(int port) {
        return new ProbeBuilder()
                .withPeriodSeconds(2)
                .withFailureThreshold(2)
                .withNewTcpSocket()
                .withNewPort(port)
                .endTcpSocket()
                .build();
    }
}
