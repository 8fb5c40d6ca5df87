package io.undermoon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.client.RespClientException.Reason;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RespServer;
import io.undermoon.testsupport.SocketServer;
import io.undermoon.testsupport.TestAuthority;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsFiles;
import io.undermoon.umctl.ProxyLogin;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RespClientTest {
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final List<String> PING = List.of("PING");

    @Test
    void one_call_has_a_connection_of_its_own() {
        try (SocketServer server = answering("+PONG\r\n");
                RespClient client = client(ProxyLogin.NONE, null)) {
            assertThat(RespClient.await(client.call(addressOf(server), PING))).isEqualTo(new RespValue.Simple("PONG"));
            assertThat(RespClient.await(client.call(addressOf(server), PING)).asText())
                    .isEqualTo("PONG");
            assertThat(server.accepted()).isEqualTo(2);
            await().until(() -> server.openConnections() == 0);
        }
    }

    @Test
    void replies_go_to_the_exchanges_in_the_order_of_the_commands() {
        try (SocketServer server = new SocketServer(peer -> {
                    peer.getInputStream().readNBytes(3 * "*1\r\n$4\r\nPING\r\n".length());
                    peer.getOutputStream().write(bytes(":1\r\n-ERR two\r\n:3\r\n"));
                    peer.getInputStream().read();
                });
                RespClient client = client(ProxyLogin.NONE, null);
                RespConnection connection = RespClient.await(client.connect(addressOf(server)))) {
            CompletableFuture<List<RespValue>> first = connection.exchange(List.of(PING, PING));
            CompletableFuture<RespValue> second = connection.call(PING);
            assertThat(RespClient.await(first)).containsExactly(new RespValue.Int(1), new RespValue.Failure("ERR two"));
            assertThat(RespClient.await(second)).isEqualTo(new RespValue.Int(3));
        }
    }

    @Test
    void an_error_reply_fails_the_call_with_its_text() {
        try (SocketServer server = answering("-ALREADY_SWITCHED it is too late\r\n");
                RespClient client = client(ProxyLogin.NONE, null)) {
            assertFails(client, addressOf(server), Reason.REFUSED, "ALREADY_SWITCHED it is too late");
        }
    }

    @Test
    void a_reply_that_does_not_come_fails_the_call_and_closes_the_connection() {
        try (SocketServer server = answering("");
                RespClient client = client(ProxyLogin.NONE, null)) {
            assertFails(client, addressOf(server), Reason.TIMEOUT, "no answer within 500 ms");
            await().until(() -> server.openConnections() == 0);
        }
    }

    @Test
    void bytes_that_are_not_resp_fail_the_call() {
        try (SocketServer server = answering("HTTP/1.1 400 Bad Request\r\n");
                RespClient client = client(ProxyLogin.NONE, null)) {
            assertFails(client, addressOf(server), Reason.PROTOCOL, "unknown type 'H'");
        }
    }

    @Test
    void a_port_that_nothing_listens_on_fails_the_call() {
        try (RespClient client = client(ProxyLogin.NONE, null)) {
            assertFails(client, new HostPort("127.0.0.1", FreePort.any()), Reason.UNREACHABLE, "Connection refused");
            assertFails(client, new HostPort("x".repeat(64) + ".invalid", 1), Reason.UNREACHABLE, "has no address");
        }
    }

    /** Handlers leave the pipeline of a channel that is closed; the call must find its connection all the same. */
    @Test
    void a_connection_that_is_reset_at_once_fails_the_call() {
        try (SocketServer server = new SocketServer(peer -> peer.setSoLinger(true, 0));
                RespClient client = client(ProxyLogin.NONE, null)) {
            for (int i = 0; i < 200; i++) {
                assertThatThrownBy(() -> RespClient.await(client.call(addressOf(server), PING)))
                        .isInstanceOf(RespClientException.class);
            }
        }
    }

    @Test
    void says_nothing_to_a_proxy_that_does_not_prove_the_secret() {
        ProxyLogin login = new ProxyLogin(Optional.of("c0ntrol"), Optional.empty(), false);
        String nonce = "+CHALLENGE 0123456789abcdef0123456789abcdef";
        for (String reply : List.of("+OK", "-WRONGPASS no", nonce, "$-1", ":1")) {
            try (RespServer server = new RespServer(command -> reply + "\r\n");
                    RespClient client = client(login, null)) {
                assertThatThrownBy(() -> RespClient.await(client.call(HostPort.parse(server.address()), PING)))
                        .isInstanceOf(RespClientException.class)
                        .hasMessageContaining("does not prove");
                await().until(() -> server.openConnections() == 0);
                assertThat(server.commandLines())
                        .allMatch(line -> line.startsWith("AUTH undermoon-control ") && !line.contains("c0ntrol "))
                        .noneMatch(line -> line.endsWith("c0ntrol") || line.equals("PING"));
            }
        }
    }

    @Test
    void uses_a_proxy_that_proves_nothing_if_it_may() {
        ProxyLogin login = new ProxyLogin(Optional.of("c0ntrol"), Optional.of("s3cret"), true);
        try (RespServer server =
                        new RespServer(command -> command.get(0).equals("PING") ? "+PONG\r\n" : "-ERR no\r\n");
                RespClient client = client(login, null)) {
            assertThat(RespClient.await(client.call(HostPort.parse(server.address()), PING))
                            .asText())
                    .isEqualTo("PONG");
            assertThat(server.commandLines()).hasSize(3).endsWith("AUTH s3cret", "PING");
            assertThat(server.commandLines().get(0)).doesNotEndWith("c0ntrol");
        }
    }

    @Test
    void tells_no_password_to_whoever_is_registered() {
        assertThatThrownBy(() -> new ProxyLogin(Optional.empty(), Optional.of("s3cret"), false))
                .hasMessageContaining("undermoon.proxy_password")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void says_to_which_installation_it_belongs_and_leaves_a_proxy_of_another_one() {
        ProxyLogin login = new ProxyLogin(Optional.empty(), Optional.empty(), false, () -> "1a2b");
        String refusal = "OTHER_INSTALLATION proxy p belongs to installation ffff, the caller to 1a2b";
        for (String reply : List.of("+OK", "-Invalid sub command", "-" + refusal)) {
            try (RespServer server =
                            new RespServer(command -> command.contains("INSTALLATION") ? reply + "\r\n" : "+PONG\r\n");
                    RespClient client = client(login, null)) {
                if (reply.endsWith(refusal)) {
                    assertFails(client, HostPort.parse(server.address()), Reason.OTHER_INSTALLATION, refusal);
                    assertThat(server.commandLines()).containsExactly("UMCTL INSTALLATION 1a2b");
                } else {
                    RespClient.await(client.call(HostPort.parse(server.address()), PING));
                    assertThat(server.commandLines()).containsExactly("UMCTL INSTALLATION 1a2b", "PING");
                }
            }
        }
    }

    @Test
    void trusts_the_authorities_it_is_given_and_no_others(@TempDir Path directory) throws Exception {
        TestAuthority authority = new TestAuthority(directory, "ours");
        TestAuthority stranger = new TestAuthority(directory, "stranger");
        TestAuthority.Identity own = authority.issue("server");
        TlsContext serverTls =
                new TlsContext(new TlsFiles(own.certificate(), own.key(), authority.authorities()), true);
        try (SocketServer server = new SocketServer(serverTls.current().getServerSocketFactory(), peer -> {
                    receive(peer);
                    peer.getOutputStream().write(bytes("+PONG\r\n"));
                });
                RespClient trusting = client(ProxyLogin.NONE, trusting(authority));
                RespClient wary = client(ProxyLogin.NONE, trusting(stranger))) {
            assertThat(RespClient.await(trusting.call(addressOf(server), PING)).asText())
                    .isEqualTo("PONG");
            assertFails(wary, addressOf(server), Reason.UNREACHABLE, "unable to find valid certification path");
        }
    }

    private static void assertFails(RespClient client, HostPort address, Reason reason, String text) {
        assertThatThrownBy(() -> RespClient.await(client.call(address, PING)))
                .isInstanceOfSatisfying(
                        RespClientException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(text);
    }

    private static RespClient client(ProxyLogin login, TlsContext tls) {
        Duration timeout = tls == null ? TIMEOUT : Duration.ofSeconds(10);
        return new RespClient(1, timeout, login, tls, Runnable::run);
    }

    private static TlsContext trusting(TestAuthority authority) throws Exception {
        return new TlsContext(new TlsFiles(null, null, authority.authorities()), true);
    }

    /** Answers the first bytes that come, and then waits for the end of the connection. */
    private static SocketServer answering(String reply) {
        return new SocketServer(peer -> {
            receive(peer);
            peer.getOutputStream().write(bytes(reply));
            receive(peer);
        });
    }

    private static String receive(Socket peer) throws IOException {
        byte[] buffer = new byte[4096];
        int read = peer.getInputStream().read(buffer);
        return read < 0 ? "" : new String(buffer, 0, read, StandardCharsets.UTF_8);
    }

    private static HostPort addressOf(SocketServer server) {
        return HostPort.parse(server.address());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
