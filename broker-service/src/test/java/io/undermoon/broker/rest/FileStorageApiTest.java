package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.refused;
import static io.undermoon.broker.rest.Broker.register;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.undermoon.broker.config.BrokerConfig;
import io.undermoon.broker.state.MetadataJson;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The API over a file: what is answered is in the file, and what cannot be written is not done. */
@QuarkusTest
@TestProfile(FileStorageApiTest.InTemporaryDirectory.class)
class FileStorageApiTest {
    @Inject
    BrokerConfig config;

    @Test
    void answers_when_the_change_is_in_the_file_and_refuses_what_cannot_be_written() throws IOException {
        Path file = Path.of(config.metaFilename());
        ok(register(1));
        assertThat(MetadataJson.read(Files.readAllBytes(file)).allProxies()).hasSize(1);

        Files.move(file.getParent(), file.getParent().resolveSibling("away"));
        long epoch = Broker.epoch();
        refused(register(2), 500, "PERSISTENCE_IO_ERROR");
        assertThat(Broker.epoch()).isEqualTo(epoch);
        get("/proxies/addresses").body("addresses", contains(Broker.proxy(1)));
        given().get("/q/health/ready").then().statusCode(503);

        Files.createDirectories(file.getParent());
        await().untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
        assertThat(MetadataJson.read(Files.readAllBytes(file)).allProxies()).hasSize(1);
        ok(register(2));
    }

    /** Keeps the metadata in a directory that the test may take away. */
    public static final class InTemporaryDirectory implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Path directory = Files.createTempDirectory("broker").resolve("data");
                return Map.of(
                        "undermoon.storage_type",
                        "file",
                        "undermoon.meta_filename",
                        directory.resolve("metadata").toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
