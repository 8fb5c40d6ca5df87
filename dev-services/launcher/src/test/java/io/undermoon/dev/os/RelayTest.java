package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.testsupport.RespServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayTest {
    private static final int SHORT_MILLIS = 100;
    private static final int LONG_MILLIS = 10_000;
    private static final String OK = "+OK\r\n";

    private final RespServer server = new RespServer(command -> OK);
    private final NetworkCuts network = new NetworkCuts();
    private final Relay relay = Relay.to("server", server.port(), network, socket -> "client");

    @AfterEach
    void stop() {
        relay.close();
        network.heal();
        server.close();
    }

    @Test
    void what_is_sent_on_a_cut_way_arrives_when_the_network_is_whole_again() throws IOException {
        try (Socket before = connect()) {
            assertThat(ask(before, LONG_MILLIS)).isEqualTo(OK);
            network.cut((from, to) -> from.equals("client") && to.equals("server"));
            assertNoAnswer(before);
            try (Socket meanwhile = connect()) {
                assertNoAnswer(meanwhile);
                network.heal();
                assertThat(answer(before, LONG_MILLIS)).isEqualTo(OK);
                assertThat(answer(meanwhile, LONG_MILLIS)).isEqualTo(OK);
            }
        }
    }

    @Test
    void cuts_one_way() throws IOException {
        try (Socket before = connect()) {
            assertThat(ask(before, LONG_MILLIS)).isEqualTo(OK);
            network.cut((from, to) -> from.equals("server"));
            assertNoAnswer(before);
            network.heal();
            assertThat(answer(before, LONG_MILLIS)).isEqualTo(OK);

            network.cut((from, to) -> from.equals("other") || to.equals("other"));
            assertThat(ask(before, LONG_MILLIS)).as("others are not concerned").isEqualTo(OK);
        }
    }

    @Test
    void refuses_connections_until_it_listens_again() throws IOException {
        relay.refuse();
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        relay.listen();
        try (Socket after = connect()) {
            assertThat(ask(after, LONG_MILLIS)).isEqualTo(OK);
        }
    }

    @Test
    void ends_all_connections() throws IOException {
        try (Socket socket = connect()) {
            assertThat(ask(socket, LONG_MILLIS)).isEqualTo(OK);
            network.cut((from, to) -> true);
            assertNoAnswer(socket);
            relay.disconnect();
            socket.setSoTimeout(LONG_MILLIS);
            assertThat(socket.getInputStream().read()).as("its end").isEqualTo(-1);
        }
    }

    @Test
    void the_owner_of_the_other_end_is_found() throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/net/tcp")), "this machine has the tables of Linux");
        long self = ProcessHandle.current().pid();
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), listening.getLocalPort());
                Socket accepted = listening.accept()) {
            assertThat(client.isConnected()).isTrue();
            assertThat(SocketOwners.ofOtherEnd(accepted, List.of(1L, self))).contains(self);
            assertThat(SocketOwners.ofOtherEnd(accepted, List.of())).isEmpty();
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), relay.port());
    }

    private static void assertNoAnswer(Socket socket) {
        assertThatThrownBy(() -> ask(socket, SHORT_MILLIS))
                .as("nothing comes back, and nothing ends")
                .isInstanceOf(SocketTimeoutException.class);
    }

    private static String ask(Socket socket, int timeoutMillis) throws IOException {
        socket.getOutputStream().write("*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.UTF_8));
        return answer(socket, timeoutMillis);
    }

    private static String answer(Socket socket, int timeoutMillis) throws IOException {
        socket.setSoTimeout(timeoutMillis);
        return new String(socket.getInputStream().readNBytes(OK.length()), StandardCharsets.UTF_8);
    }
}
