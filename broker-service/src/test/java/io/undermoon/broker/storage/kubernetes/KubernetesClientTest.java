package io.undermoon.broker.storage.kubernetes;

import static io.undermoon.broker.storage.kubernetes.KubernetesStorageTest.ONE;
import static io.undermoon.broker.storage.kubernetes.KubernetesStorageTest.TWO;
import static io.undermoon.broker.storage.kubernetes.KubernetesStorageTest.fails;
import static io.undermoon.broker.storage.kubernetes.KubernetesStorageTest.store;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.storage.MetadataStorage.WriteResult;
import io.undermoon.broker.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refusals of the API server, and the token. */
class KubernetesClientTest {
    @TempDir
    Path directory;

    private final ApiServerDouble server = new ApiServerDouble();

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503, 504})
    void calls_again_when_the_server_cannot_answer_now(int status) {
        try (KubernetesStorage storage = server.open()) {
            store(storage, ONE);
            String version = storage.load().version();
            server.refuse(3, status);
            assertThat(storage.compareAndSet(version, TWO)).isInstanceOf(WriteResult.Stored.class);
            assertThat(storage.load().state()).isEqualTo(TWO);
        }
    }

    /** As a server does whose ResourceQuota has changed while it counted the new object. */
    @Test
    void creates_an_object_again_after_a_conflict_with_another_one() {
        try (KubernetesStorage storage = server.open();
                KubernetesStorage other = server.open()) {
            store(storage, ONE);
            String version = storage.load().version();
            server.refuse(1, 409);
            assertThat(storage.compareAndSet(version, TWO)).isInstanceOf(WriteResult.Stored.class);
            assertThat(other.load().state()).isEqualTo(TWO);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 413, 422})
    void says_at_once_that_the_server_refuses(int status) {
        try (KubernetesStorage storage = server.open()) {
            store(storage, ONE);
            String version = storage.load().version();
            server.refuse(1, status);
            fails(Kind.REFUSED, storage::load).hasMessageContaining("status " + status + ": refused by the test");
            server.refuse(1, status);
            fails(Kind.REFUSED, () -> storage.compareAndSet(version, TWO));
            assertThat(storage.compareAndSet(version, TWO)).isInstanceOf(WriteResult.Stored.class);
        }
    }

    @Test
    void gives_up_when_the_time_is_over() {
        try (KubernetesStorage storage = server.open(server.address(), Duration.ofMillis(200))) {
            store(storage, ONE);
            String version = storage.load().version();
            server.refuse(Integer.MAX_VALUE, 429);
            fails(Kind.UNREACHABLE, storage::load).hasMessageContaining("status 429");
            server.refuse(Integer.MAX_VALUE, 504);
            // What the pieces are needed for has not been tried then.
            fails(Kind.UNREACHABLE, () -> storage.compareAndSet(version, TWO));
        }
    }

    @Test
    void shows_the_token_that_the_file_has_now() throws IOException {
        Path file = directory.resolve("token");
        KubernetesOptions options = new KubernetesOptions(
                server.address(), "", file, server.namespace(), ApiServer.NAME, Duration.ofMillis(200));
        try (KubernetesStorage storage = new KubernetesStorage(options, ApiServer.EMPTY, null)) {
            fails(Kind.UNREACHABLE, storage::load).hasMessageContaining(file.toString());
            Files.writeString(file, "first\n");
            storage.load();
            assertThat(server.authorizations()).containsOnly("Bearer first");
            server.authorizations().clear();
            Files.writeString(file, "second\n");
            store(storage, ONE);
            assertThat(server.authorizations()).containsOnly("Bearer second");
        }
    }
}
