package io.undermoon.broker.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.client.BoundedHttp;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.TestAuthority;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** The API by https, set up as docs/configuration.md says. */
@QuarkusTest
@QuarkusTestResource(value = HttpsTest.Certificates.class, restrictToAnnotatedClass = true)
class HttpsTest {
    static final String AUTHORITIES = "test.authorities";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Test
    void answers_those_who_trust_its_authority_and_have_an_account() throws Exception {
        assertThat(status(null, null, "/q/health/live")).isEqualTo(200);
        assertThat(status(null, null, "/api/v3/epoch")).isEqualTo(401);
    }

    @Test
    void knows_accounts_by_the_certificate() throws Exception {
        assertThat(status("coordinator", "/api/v3/epoch")).isEqualTo(200);
        assertThat(status("stranger", "/api/v3/epoch")).isEqualTo(401);
    }

    private static int status(String name, String path) throws Exception {
        Path directory = authorities().getParent();
        return status(directory.resolve(name + ".pem"), directory.resolve(name + ".key"), path);
    }

    private static int status(Path certificate, Path key, String path) throws Exception {
        int port = ConfigProvider.getConfig().getValue("quarkus.http.test-ssl-port", Integer.class);
        TlsContext tls = new TlsContext(new TlsFiles(certificate, key, authorities()), true);
        return new BoundedHttp(LIMIT, false, tls)
                .send(new HostPort("127.0.0.1", port), "GET", path, new byte[0], LIMIT)
                .status();
    }

    private static Path authorities() {
        return Path.of(ConfigProvider.getConfig().getValue(AUTHORITIES, String.class));
    }

    /** An authority for the time of the test. */
    public static final class Certificates implements QuarkusTestResourceLifecycleManager {
        private Path directory;

        @Override
        public Map<String, String> start() {
            try {
                directory = Files.createTempDirectory("undermoon-tls");
                TestAuthority authority = new TestAuthority(directory, "ours");
                TestAuthority.Identity own = authority.issue("broker");
                authority.issue("coordinator");
                authority.issue("stranger");
                Path accounts = directory.resolve("accounts");
                Files.writeString(accounts, "coordinator operator certificate CN=coordinator");
                return Map.of(
                        "quarkus.tls.key-store.pem.0.cert",
                        own.certificate().toString(),
                        "quarkus.tls.key-store.pem.0.key",
                        own.key().toString(),
                        "quarkus.tls.trust-store.pem.certs",
                        authority.authorities().toString(),
                        "quarkus.tls.reload-period",
                        "10s",
                        "undermoon.tls.auth_clients",
                        "optional",
                        "undermoon.accounts_file",
                        accounts.toString(),
                        AUTHORITIES,
                        authority.authorities().toString());
            } catch (IOException | GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void stop() {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
