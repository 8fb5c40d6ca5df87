package io.undermoon.dev.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.ProxyAccess;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.testsupport.TestAuthority;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker is shown. */
class LoginTest {
    @TempDir
    private Path directory;

    private final AtomicReference<String> shown = new AtomicReference<>();
    private HttpServer broker;

    @BeforeEach
    void start() throws IOException {
        broker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        broker.createContext("/", exchange -> {
            shown.set(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        broker.start();
    }

    @AfterEach
    void stop() {
        broker.stop(0);
    }

    @Test
    void a_token_of_a_file_or_of_the_environment() throws IOException {
        assertThat(shown(Map.of(), Map.of())).isEqualTo("null");
        assertThat(shown(Map.of(Setting.TOKEN_FILE, file("of-file\n")), Map.of("UNDERMOON_BROKER_TOKEN", "of-env")))
                .isEqualTo("Bearer of-file");
        assertThat(shown(Map.of(), Map.of("UNDERMOON_BROKER_TOKEN", "of-env"))).isEqualTo("Bearer of-env");
        assertThat(shown(Map.of(), Map.of("UNDERMOON_BROKER_TOKEN_FILE", file("named"))))
                .isEqualTo("Bearer named");
    }

    @Test
    void a_user_with_a_password() throws IOException {
        assertThat(shown(Map.of(Setting.USER, "alice", Setting.PASSWORD_FILE, file("pw")), Map.of()))
                .isEqualTo("Basic YWxpY2U6cHc=");
        assertThat(shown(Map.of(), Map.of("UNDERMOON_BROKER_USER", "alice", "UNDERMOON_BROKER_PASSWORD", "pw")))
                .isEqualTo("Basic YWxpY2U6cHc=");
    }

    @Test
    void what_does_not_go_together_is_refused() {
        refused(Map.of(Setting.USER, "alice"), Map.of(), "user 'alice' has no password");
        refused(Map.of(Setting.PASSWORD_FILE, "x"), Map.of(), "password_file needs a user");
        refused(Map.of(Setting.USER, "a", Setting.TOKEN_FILE, "x"), Map.of(), "exclude each other");
        refused(
                Map.of(),
                Map.of("UNDERMOON_BROKER_TOKEN", "a", "UNDERMOON_BROKER_TOKEN_FILE", "b"),
                "UNDERMOON_BROKER_TOKEN and UNDERMOON_BROKER_TOKEN_FILE are both set");
    }

    @Test
    void a_file_without_a_secret_is_named() throws IOException {
        assertThatThrownBy(() -> login(Map.of(Setting.TOKEN_FILE, "/there/is/none"), Map.of())
                        .brokers())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("/there/is/none");
        String empty = file(" \n");
        assertThatThrownBy(
                        () -> login(Map.of(Setting.TOKEN_FILE, empty), Map.of()).brokers())
                .hasMessageContaining(empty + " is empty");
    }

    @Test
    void the_password_of_the_environment_is_for_this_machine_only() throws IOException {
        ProxyAccess ofEnvironment =
                login(Map.of(), Map.of("UNDERMOON_PASSWORD", "pw")).proxies();
        assertThat(ofEnvironment.password()).contains("pw");
        assertThat(ofEnvironment.trustsAll()).isFalse();
        ProxyAccess ofContext = login(Map.of(Setting.PROXY_PASSWORD_FILE, file("pw2")), Map.of())
                .proxies();
        assertThat(ofContext.trustsAll()).isTrue();
        assertThat(ofContext.toString()).doesNotContain("pw2");
    }

    @Test
    void certificates_are_checked_on_both_sides() throws Exception {
        TestAuthority authority = new TestAuthority(directory, "authority");
        TestAuthority.Identity server = authority.issue("server");
        TestAuthority.Identity alice = authority.issue("alice");
        HttpsServer secured = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        SSLContext context = new TlsContext(
                        new TlsFiles(server.certificate(), server.key(), authority.authorities()), true)
                .current();
        secured.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters needed = context.getDefaultSSLParameters();
                needed.setNeedClientAuth(true);
                parameters.setSSLParameters(needed);
            }
        });
        secured.createContext("/", exchange -> {
            shown.set(((HttpsExchange) exchange)
                    .getSSLSession()
                    .getPeerPrincipal()
                    .getName());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        secured.start();
        try {
            String address = "https://localhost:" + secured.getAddress().getPort();
            Map<Setting, String> trusting = Map.of(
                    Setting.CA_FILE, authority.authorities().toString(),
                    Setting.CERT_FILE, alice.certificate().toString(),
                    Setting.KEY_FILE, alice.key().toString());
            new Broker(new Login(new Context(List.of(address), trusting), Map.of()).brokers()).version();
            assertThat(shown.get()).isEqualTo("CN=alice");
            Login withoutOwn = new Login(
                    new Context(
                            List.of(address),
                            Map.of(Setting.CA_FILE, authority.authorities().toString())),
                    Map.of());
            assertThatThrownBy(() -> new Broker(withoutOwn.brokers()).version()).isInstanceOf(IOException.class);
            Login trustingOthers = new Login(new Context(List.of(address), Map.of()), Map.of());
            assertThatThrownBy(() -> new Broker(trustingOthers.brokers()).version())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("certif");
        } finally {
            secured.stop(0);
        }
        refused(Map.of(Setting.CERT_FILE, "/x"), "cert_file and key_file go together");
    }

    private void refused(Map<Setting, String> settings, String message) {
        assertThatThrownBy(() -> new Login(new Context(List.of("https://h:1"), settings), Map.of()).brokers())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    private String shown(Map<Setting, String> settings, Map<String, String> environment) throws IOException {
        new Broker(login(settings, environment).brokers()).version();
        return shown.get();
    }

    private Login login(Map<Setting, String> settings, Map<String, String> environment) {
        Map<Setting, String> all = new EnumMap<>(Setting.class);
        all.putAll(settings);
        String address = "http://127.0.0.1:" + broker.getAddress().getPort();
        return new Login(new Context(List.of(address), all), environment);
    }

    private void refused(Map<Setting, String> settings, Map<String, String> environment, String message) {
        assertThatThrownBy(() -> login(settings, environment).brokers())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    private String file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "secret", ""), content)
                .toString();
    }
}
