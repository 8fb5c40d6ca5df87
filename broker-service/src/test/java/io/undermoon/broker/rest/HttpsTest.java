package io.undermoon.broker.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.testsupport.TestAuthority;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsFiles;
import io.undermoon.tls.TlsHttpClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
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

    @Test
    void answers_those_who_trust_its_authority() throws Exception {
        String authorities = ConfigProvider.getConfig().getValue(AUTHORITIES, String.class);
        String port = ConfigProvider.getConfig().getValue("quarkus.http.test-ssl-port", String.class);
        TlsContext tls = new TlsContext(new TlsFiles(null, null, Path.of(authorities)), true);
        HttpResponse<String> response = new TlsHttpClient(HttpClient.newBuilder(), tls)
                .get()
                .send(
                        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/api/v3/epoch"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.sslSession()).isPresent();
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
