package io.undermoon.coordinator.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.coordinator.port.BrokerDirectory;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
    private static final AdminPassword OPEN = AdminPassword.of(Optional.empty(), Optional.empty(), "127.0.0.1");

    private final Brokers brokers = new Brokers();
    private HostPort address;
    private AdminServer server;

    private static final class Brokers implements BrokerDirectory {
        private volatile List<HostPort> list = List.of(new HostPort("a", 1), new HostPort("b", 2));

        @Override
        public List<HostPort> brokers() {
            return list;
        }

        @Override
        public void replace(List<HostPort> newBrokers) {
            list = newBrokers;
        }
    }

    @BeforeEach
    void start() throws IOException {
        address = new HostPort("127.0.0.1", FreePort.any());
        server = new AdminServer(address, brokers, "me@host", OPEN, Duration.ofMillis(400));
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void gets_and_sets() throws IOException {
        expect("CONFIG GET brokers", "$7\r\na:1,b:2\r\n");
        expect("config get reporter_id", "$7\r\nme@host\r\n");
        expect("Config Set brokers c:3,d:4", "+OK\r\n");
        assertThat(brokers.list).containsExactly(new HostPort("c", 3), new HostPort("d", 4));
        expect("PING", "+PONG\r\n");
        expect("PING hello", "$5\r\nhello\r\n");
    }

    @Test
    void refuses_with_the_error_texts_of_the_original() throws IOException {
        expect("CONFIG GET Brokers", "-Invalid CONFIG field Brokers\r\n");
        expect("CONFIG SET reporter_id x", "-Invalid CONFIG SET field reporter_id\r\n");
        expect("CONFIG RESETSTAT x", "-Invalid config sub command: RESETSTAT\r\n");
        expect("UMCTL DEBUG PRESENT", "-Invalid sub command for UMCTL\r\n");
        expect("UMCTL DEBUG", "-Missing sub argument\r\n");
        expect("CONFIG", "-Missing sub argument\r\n");
        expect("CONFIG SET brokers", "-Missing sub argument\r\n");
        expect("Hello 3", "-ERR_COMMAND_NOT_SUPPORTED: Hello\r\n");
        expect(
                "CONFIG SET brokers c:3,d",
                "-Invalid CONFIG SET value for brokers: address 'd' is not host:port with a port within 1-65535\r\n");
        assertThat(brokers.list).hasSize(2);
        try (Socket client = connect()) {
            send(client, "*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n");
            client.getOutputStream().write(new byte[] {(byte) 0xff, '\r', '\n'});
            receive(client, "-Invalid sub argument\r\n");
        }
    }

    @Test
    void asks_for_its_password_before_anything_else() throws IOException {
        server.close();
        address = new HostPort("127.0.0.1", FreePort.any());
        AdminPassword password = AdminPassword.of(Optional.of("s3cret"), Optional.empty(), "0.0.0.0");
        server = new AdminServer(address, brokers, "me@host", password, Duration.ofSeconds(10));
        server.start();
        expect("PING", "-NOAUTH Authentication required.\r\n");
        expect("AUTH", "-ERR wrong number of arguments for 'auth' command\r\n");
        try (Socket client = connect()) {
            send(client, "AUTH wrong\r\nCONFIG SET brokers c:3\r\nAUTH someone s3cret\r\n");
            receive(
                    client,
                    "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
                            + "-NOAUTH Authentication required.\r\n"
                            + "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
            send(client, "AUTH s3cret\r\nPING\r\nauth default s3cret\r\nAUTH wrong\r\nPING\r\n");
            receive(
                    client,
                    "+OK\r\n+PONG\r\n+OK\r\n"
                            + "-WRONGPASS invalid username-password pair or user is disabled.\r\n+PONG\r\n");
        }
        assertThat(brokers.list).hasSize(2);
    }

    @Test
    void says_as_redis_that_there_is_no_password() throws IOException {
        expect(
                "AUTH x",
                "-ERR AUTH <password> called without any password configured for the default user."
                        + " Are you sure your configuration is correct?\r\n");
    }

    @Test
    void does_not_listen_for_other_machines_without_a_password_unless_it_is_told_to() {
        assertThatThrownBy(() -> AdminPassword.of(Optional.empty(), Optional.empty(), "0.0.0.0"))
                .hasMessageContaining("undermoon.address=0.0.0.0")
                .hasMessageContaining("admin_password");
        assertThatThrownBy(() -> AdminPassword.of(Optional.empty(), Optional.of("off"), "127.0.0.1"))
                .hasMessageContaining("undermoon.auth=off");
        assertThat(AdminPassword.of(Optional.empty(), Optional.of("none"), "0.0.0.0")
                        .isRequired())
                .isFalse();
        assertThat(AdminPassword.of(Optional.of("s3cret"), Optional.empty(), "0.0.0.0")
                        .isRequired())
                .isTrue();
    }

    @Test
    void answers_pipelined_commands_in_order_and_ignores_blank_lines() throws IOException {
        try (Socket client = connect()) {
            send(client, "PING 1\r\n\r\n*2\r\n$4\r\nPING\r\n$1\r\n2\r\nPING 3\r\n");
            receive(client, "$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n");
        }
    }

    @Test
    void lists_open_sessions() throws IOException {
        try (Socket other = connect();
                Socket client = connect()) {
            send(other, "PING\r\n");
            receive(other, "+PONG\r\n");
            send(client, "UMCTL DEBUG FUTURE\r\n");
            String reply = new String(client.getInputStream().readNBytes(60), StandardCharsets.UTF_8);
            assertThat(reply)
                    .startsWith("*2\r\n")
                    .containsPattern("\\$\\d+\r\n\\d+ \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d session /127.0.0.1:");
        }
    }

    @Test
    void closes_a_session_that_stays_idle_but_not_at_once() throws IOException {
        try (Socket client = connect()) {
            long start = System.nanoTime();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
        }
    }

    @Test
    void refuses_malformed_and_oversized_commands_and_serves_other_sessions() throws IOException {
        refuses("*1\r\n:5\r\n", "-ERR Protocol error: a command is an array of strings\r\n");
        refuses("*1\r\n$99999\r\n", "-ERR Protocol error: invalid bulk length\r\n");
        refuses("x".repeat(20_000), "-ERR Protocol error: more than 16384 bytes\r\n");
        expect("PING", "+PONG\r\n");
    }

    @Test
    void survives_clients_that_disconnect_without_reading() throws IOException {
        for (int i = 0; i < 20; i++) {
            Socket client = connect();
            client.setSoLinger(true, 0);
            send(client, "PING\r\n*1\r\n$4\r\nPI");
            client.close();
        }
        expect("PING", "+PONG\r\n");
    }

    @Test
    void refuses_sessions_over_the_limit() throws IOException {
        Socket[] clients = new Socket[AdminServer.MAX_SESSIONS + 1];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = connect();
        }
        assertThat(clients[AdminServer.MAX_SESSIONS].getInputStream().read()).isEqualTo(-1);
        for (Socket client : clients) {
            client.close();
        }
        await().untilAsserted(() -> expect("PING", "+PONG\r\n"));
    }

    @Test
    void names_the_address_that_it_cannot_listen_on() {
        AdminServer second = new AdminServer(address, brokers, "me", OPEN);
        assertThatThrownBy(second::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("undermoon.address = '" + address + "': cannot listen there");
        AdminServer nowhere = new AdminServer(new HostPort("no-such-host.invalid", 1), brokers, "me", OPEN);
        assertThatThrownBy(nowhere::start).hasMessageContaining("undermoon.address = 'no-such-host.invalid:1'");
    }

    private void expect(String command, String reply) throws IOException {
        try (Socket client = connect()) {
            send(client, command + "\r\n");
            receive(client, reply);
        }
    }

    private void refuses(String bytes, String reply) throws IOException {
        try (Socket client = connect()) {
            send(client, bytes);
            receive(client, reply);
            assertThat(client.getInputStream().read()).as("closed").isEqualTo(-1);
        }
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(address.host(), address.port());
        client.setSoTimeout(10_000);
        return client;
    }

    private static void send(Socket client, String bytes) throws IOException {
        client.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
    }

    private static void receive(Socket client, String reply) throws IOException {
        InputStream in = client.getInputStream();
        assertThat(new String(in.readNBytes(reply.length()), StandardCharsets.UTF_8))
                .isEqualTo(reply);
    }
}
