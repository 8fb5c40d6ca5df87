package io.undermoon.broker.storage.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.storage.MetadataStorage.WriteResult;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.StorageException.Kind;
import io.undermoon.broker.storage.http.ExternalStore.Fault;
import io.undermoon.broker.testing.Golden;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.FreePort;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The storage server of the original's operator, seen from the broker. */
class HttpStorageTest {
    private static final Metadata EMPTY = Metadata.empty(true);
    private static final Metadata ONE = TestMetadata.withProxies(1);

    private final ExternalStore server = new ExternalStore();
    private final HttpStorage storage = open(server.address(), ExternalStore.PASSWORD);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void initializes_a_storage_that_has_nothing_and_no_other() {
        assertThat(storage.load().state()).isEqualTo(EMPTY);
        assertThat(server.store().path("enable_ordered_proxy").asBoolean()).isTrue();

        JsonNode ofTheOriginal = Golden.read("dump.json");
        server.replace(ofTheOriginal);
        assertThat(open(server.address(), ExternalStore.PASSWORD).load().state().clusters())
                .hasSize(1);
        assertThat(server.store()).isEqualTo(ofTheOriginal);
    }

    @Test
    void writes_what_the_original_reads() {
        store(ONE);
        JsonNode stored = server.store();
        assertThat(stored.path("version").asText()).isEqualTo("mem-broker-0.2");
        assertThat(MetadataJson.read(stored.toString().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(ONE);
    }

    @Test
    void finds_its_write_that_was_answered_with_an_error() {
        String version = storage.load().version();
        server.failNext(Fault.EXECUTED);
        WriteResult result = storage.compareAndSet(version, ONE);
        assertThat(result).isEqualTo(new WriteResult.Stored(storage.load().version()));
        assertThat(storage.load().state()).isEqualTo(ONE);
    }

    @Test
    void makes_a_write_again_that_had_no_effect() {
        String version = storage.load().version();
        server.failNext(Fault.REFUSED);
        assertThat(storage.compareAndSet(version, ONE)).isInstanceOf(WriteResult.Stored.class);
        assertThat(storage.load().state()).isEqualTo(ONE);
    }

    @Test
    void says_that_a_wrong_password_changed_nothing_and_does_not_show_it() {
        storage.load();
        HttpStorage stranger = open(server.address(), "wr0ng");
        fails(Kind.REFUSED, () -> stranger.compareAndSet(stranger.load().version(), ONE))
                .hasMessageContaining("INCORRECT_PASSWORD")
                .hasMessageContaining(ExternalStore.NAME)
                .hasMessageNotContaining("wr0ng");
        assertThat(storage.load().state()).isEqualTo(EMPTY);
    }

    @Test
    void says_that_nothing_was_changed_when_nobody_listens() {
        String version = storage.load().version();
        HttpStorage lonely = open(new HostPort("127.0.0.1", FreePort.any()), ExternalStore.PASSWORD);
        fails(Kind.UNREACHABLE, lonely::load).hasMessageContaining("cannot connect");
        fails(Kind.UNREACHABLE, () -> lonely.compareAndSet(version, ONE)).hasMessageContaining("cannot connect");
    }

    @Test
    void does_not_write_without_a_version_to_compare() {
        fails(Kind.UNVERSIONED, () -> storage.compareAndSet("null", ONE));
    }

    @Test
    void refuses_what_is_damaged_and_leaves_it() {
        JsonNode damaged = Json.mapper().createObjectNode().put("version", "mem-broker-9");
        server.replace(damaged);
        fails(Kind.FAILED, storage::load).hasMessageContaining("mem-broker-9").hasMessageContaining("left untouched");
        assertThat(server.store()).isEqualTo(damaged);
    }

    private void store(Metadata state) {
        assertThat(storage.compareAndSet(storage.load().version(), state)).isInstanceOf(WriteResult.Stored.class);
    }

    private static HttpStorage open(HostPort address, String password) {
        return new HttpStorage(
                new HttpStorage.Options(address, ExternalStore.NAME, password, Duration.ofSeconds(10)), EMPTY, null);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> fails(Kind kind, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
