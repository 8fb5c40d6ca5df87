package io.undermoon.broker.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
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
    void answers_those_who_trust_its_authority() throws Exception {
        String authorities = ConfigProvider.getConfig().getValue(AUTHORITIES, String.class);
        int port = ConfigProvider.getConfig().getValue("quarkus.http.test-ssl-port", Integer.class);
        TlsContext tls = new TlsContext(new TlsFiles(null, null, Path.of(authorities)), true);
        HttpReply reply = new BoundedHttp(LIMIT, false, tls)
                .send(new HostPort("127.0.0.1", port), "GET", "/api/v3/epoch", new byte[0], LIMIT);

        assertThat(reply.status()).isEqualTo(200);
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
                return Map.of(
                        "quarkus.tls.key-store.pem.0.cert",
                        own.certificate().toString(),
                        "quarkus.tls.key-store.pem.0.key",
                        own.key().toString(),
                        "quarkus.tls.reload-period",
                        "10s",
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
