package io.undermoon.dev.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.testsupport.RespServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayTest {
    private static final int SHORT_MILLIS = 100;
    private static final int LONG_MILLIS = 10_000;

    private final RespServer server = new RespServer(command -> "+OK\r\n");
    private final Relay relay = Relay.to(server.port());

    @AfterEach
    void stop() {
        relay.close();
        server.close();
    }

    @Test
    void passes_on_until_it_is_cut_and_again_to_new_connections_when_it_is_restored() throws IOException {
        try (Socket before = connect()) {
            assertThat(ask(before, LONG_MILLIS)).isEqualTo("+OK\r\n");
            relay.cut();
            assertThatThrownBy(() -> ask(before, SHORT_MILLIS))
                    .as("nothing comes back, and nothing ends")
                    .isInstanceOf(SocketTimeoutException.class);
            try (Socket meanwhile = connect()) {
                assertThatThrownBy(() -> ask(meanwhile, SHORT_MILLIS)).isInstanceOf(SocketTimeoutException.class);
            }
            relay.restore();
            before.setSoTimeout(LONG_MILLIS);
            assertThat(before.getInputStream().read()).as("its end").isEqualTo(-1);
        }
        try (Socket after = connect()) {
            assertThat(ask(after, LONG_MILLIS)).isEqualTo("+OK\r\n");
        }
    }

    @Test
    void refuses_connections_until_it_is_restored() throws IOException {
        relay.refuse();
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        relay.restore();
        try (Socket after = connect()) {
            assertThat(ask(after, LONG_MILLIS)).isEqualTo("+OK\r\n");
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), relay.port());
    }

    private static String ask(Socket socket, int timeoutMillis) throws IOException {
        socket.setSoTimeout(timeoutMillis);
        socket.getOutputStream().write("*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.UTF_8));
        return new String(socket.getInputStream().readNBytes(5), StandardCharsets.UTF_8);
    }
}
