package io.undermoon.broker.storage.kubernetes;

import static io.undermoon.broker.storage.kubernetes.ApiServer.EMPTY;
import static io.undermoon.broker.storage.kubernetes.ApiServer.NAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.FaultyRelay;
import io.undermoon.broker.storage.FaultyRelay.Loss;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.MetadataStorage.WriteResult;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.StorageException.Kind;
import io.undermoon.broker.testing.TestMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of metadata in Kubernetes when calls, objects or brokers are lost or late. */
class KubernetesStorageTest {
    static final Metadata ONE = TestMetadata.withProxies(1);
    static final Metadata TWO = TestMetadata.withProxies(2);
    private static final Metadata THREE = TestMetadata.withProxies(3);
    /** For calls that are held up by the test. */
    private static final Duration LONG = Duration.ofMinutes(3);

    private static final int MAX_OBJECT_BYTES = 256 * 1024;

    ApiServer server;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void start() {
        server = opened(server());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    /** With nothing in its namespace. */
    ApiServer server() {
        return new ApiServerDouble();
    }

    @Test
    void keeps_a_thousand_proxies_in_small_objects_and_writes_only_what_changes() throws IOException {
        Metadata state = TestMetadata.thousandProxies();
        KubernetesStorage storage = opened(server.open());
        store(storage, state);
        assertThat(opened(server.open()).load().state()).isEqualTo(state);
        assertThat(server.objects()).hasSizeGreaterThan(300);
        assertThat(server.objects())
                .allSatisfy(object -> assertThat(object.toString().getBytes(StandardCharsets.UTF_8))
                        .hasSizeLessThan(MAX_OBJECT_BYTES));

        List<String> before = server.names();
        store(storage, TestMetadata.add(state, 1001, "host1001"));
        assertThat(server.names()).hasSize(before.size() + 1);

        Metadata lifted = lifted(storage.load().state());
        store(storage, lifted);
        assertThat(opened(server.open()).load().state()).isEqualTo(lifted);
    }

    @Test
    void deletes_what_is_left_of_former_values() throws IOException {
        KubernetesStorage storage = opened(server.open());
        store(storage, TestMetadata.withCluster(8, 2));
        Set<String> first = new TreeSet<>(server.names());
        first.remove(NAME);
        assertThat(first).isNotEmpty();
        store(storage, EMPTY);
        assertThat(server.names()).containsAll(first);
        collect(storage);
        await().untilAsserted(() -> assertThat(server.names()).doesNotContainAnyElementsOf(first));
        assertThat(server.names()).hasSizeLessThan(2 * KubernetesStorage.WRITES_PER_COLLECTION);
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUESTS", "REPLIES"})
    void has_the_old_or_the_new_value_after_a_crash_at_any_call(Loss loss) throws IOException {
        Metadata before = TestMetadata.withCluster(4, 1);
        KubernetesStorage other = opened(server.open());
        boolean isComplete = false;
        int calls = 0;
        for (; !isComplete; calls++) {
            store(other, before);
            try (FaultyRelay relay = server.relay();
                    KubernetesStorage storage = server.open(relay.address(), Duration.ofMillis(300))) {
                // A busy machine may take longer.
                await().ignoreExceptions().untilAsserted(storage::load);
                String version = other.load().version();
                loseAllAfter(relay, calls, loss);
                isComplete = isStored(storage, version, THREE);
            }
            Metadata after = opened(server.open()).load().state();
            assertThat(after).isIn(before, THREE);
            assertThat(!isComplete || after.equals(THREE)).isTrue();
            assertThat(other.load().state()).isEqualTo(after);
        }
        // The list of the pieces, some pieces, and the index.
        assertThat(calls).isGreaterThan(4);
    }

    @Test
    void finds_its_write_whose_reply_was_lost() throws IOException {
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay));
        store(storage, ONE);
        relay.lose(Loss.REPLIES, KubernetesStorageTest::replacesIndex, 2, () -> {});
        WriteResult result = storage.compareAndSet(storage.load().version(), TWO);
        assertThat(result).isEqualTo(new WriteResult.Stored(storage.load().version()));
        assertThat(storage.load().state()).isEqualTo(TWO);
        store(storage, THREE);
    }

    @Test
    void knows_that_its_write_took_effect_although_another_broker_has_written_since() throws IOException {
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay));
        KubernetesStorage other = opened(server.open());
        store(storage, ONE);
        relay.lose(Loss.REPLIES, KubernetesStorageTest::replacesIndex, 1, () -> store(other, THREE));
        String version = storage.load().version();
        assertThat(storage.compareAndSet(version, TWO)).isInstanceOf(WriteResult.Stored.class);
        assertThat(storage.load().state()).isEqualTo(THREE);
    }

    @Test
    void knows_that_its_lost_write_had_no_effect_when_another_broker_was_faster() throws IOException {
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay));
        KubernetesStorage other = opened(server.open());
        store(storage, ONE);
        relay.lose(Loss.REQUESTS, KubernetesStorageTest::replacesIndex, 1, () -> store(other, THREE));
        assertThat(storage.compareAndSet(storage.load().version(), TWO)).isInstanceOf(WriteResult.Conflict.class);
        assertThat(storage.load().state()).isEqualTo(THREE);
    }

    @Test
    void creates_a_piece_once_although_the_reply_was_lost() throws IOException {
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay));
        store(storage, ONE);
        relay.lose(Loss.REPLIES, call -> call.method().equals("POST"), 3, () -> {});
        store(storage, TWO);
        assertThat(opened(server.open()).load().state()).isEqualTo(TWO);
    }

    @Test
    void says_when_it_does_not_know_what_became_of_a_write() throws IOException {
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay.address(), Duration.ofMillis(900)));
        store(storage, ONE);
        String version = storage.load().version();
        relay.lose(Loss.REPLIES, KubernetesStorageTest::replacesIndex, Integer.MAX_VALUE, () -> {});
        fails(Kind.UNKNOWN, () -> storage.compareAndSet(version, TWO));
        relay.repair();
        assertThat(storage.load().state()).isEqualTo(TWO);
        assertThat(storage.compareAndSet(version, THREE)).isInstanceOf(WriteResult.Conflict.class);
    }

    @Test
    void says_that_nothing_was_changed_when_the_server_cannot_be_reached() throws IOException {
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay.address(), Duration.ofMillis(300)));
        store(storage, ONE);
        String version = storage.load().version();
        relay.close();
        fails(Kind.UNREACHABLE, () -> storage.compareAndSet(version, TWO))
                .hasMessageContaining("kubernetes " + relay.address())
                .hasMessageContaining("cannot connect");
        fails(Kind.UNREACHABLE, storage::load);
        assertThat(opened(server.open()).load().state()).isEqualTo(ONE);
    }

    @Test
    void a_reader_whose_pieces_are_deleted_meanwhile_reads_the_newer_value() throws IOException {
        KubernetesStorage other = opened(server.open());
        store(other, TestMetadata.withCluster(4, 0));
        Set<String> old = new TreeSet<>(server.names());
        old.remove(NAME);
        FaultyRelay relay = opened(server.relay());
        relay.delay(call -> call.method().equals("GET") && call.path().contains(NAME + "-"), () -> {
            store(other, THREE);
            collect(other);
            store(other, TWO);
            await().until(() -> server.names().stream().noneMatch(old::contains));
        });
        assertThat(opened(server.open(relay.address(), LONG)).load().state()).isEqualTo(TWO);
    }

    @Test
    void a_writer_that_stood_still_does_not_name_pieces_that_were_deleted_meanwhile() throws IOException {
        KubernetesStorage other = opened(server.open());
        store(other, ONE);
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay.address(), LONG));
        String version = storage.load().version();
        relay.delay(KubernetesStorageTest::replacesIndex, () -> {
            List<String> created = names();
            collect(other);
            await().until(() -> !server.names().containsAll(created));
            store(other, TWO);
        });
        assertThat(storage.compareAndSet(version, TestMetadata.withCluster(4, 0)))
                .isInstanceOf(WriteResult.Conflict.class);
        assertThat(opened(server.open()).load().state()).isEqualTo(TWO);
    }

    @Test
    void a_write_without_effect_deletes_nothing_that_another_one_is_about_to_name() throws IOException {
        FaultyRelay relay = opened(server.relay());
        FaultyRelay relayOfOther = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay.address(), LONG));
        KubernetesStorage other = opened(server.open(relayOfOther.address(), Duration.ofMillis(300)));
        store(storage, ONE);
        String version = storage.load().version();
        String versionOfOther = other.load().version();
        relayOfOther.lose(Loss.REQUESTS, KubernetesStorageTest::replacesIndex, Integer.MAX_VALUE, () -> {});
        relay.delay(
                KubernetesStorageTest::replacesIndex,
                // Its first write is one that deletes what is left.
                () -> fails(Kind.UNKNOWN, () -> other.compareAndSet(versionOfOther, THREE)));
        assertThat(storage.compareAndSet(version, TestMetadata.withCluster(4, 0)))
                .isInstanceOf(WriteResult.Stored.class);
        other.close();
        assertThat(opened(server.open()).load().state()).isEqualTo(TestMetadata.withCluster(4, 0));
    }

    @Test
    void a_write_of_a_former_value_does_not_name_pieces_that_are_about_to_be_deleted() throws IOException {
        Metadata former = TestMetadata.withCluster(4, 0);
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage other = opened(server.open(relay.address(), LONG));
        KubernetesStorage storage = opened(server.open());
        store(other, former);
        List<String> old =
                server.names().stream().filter(name -> !name.equals(NAME)).toList();
        store(other, EMPTY);
        relay.delay(call -> call.method().equals("DELETE"), () -> store(storage, former));
        // The last one deletes, and the other broker writes then.
        write(other, KubernetesStorage.WRITES_PER_COLLECTION - 1);
        await().untilAsserted(() -> assertThat(server.names()).doesNotContainAnyElementsOf(old));
        assertThat(opened(server.open()).load().state()).isEqualTo(former);
    }

    @Test
    void an_index_that_was_made_again_is_not_mistaken_for_the_one_before() throws IOException {
        KubernetesStorage storage = opened(server.open());
        store(storage, ONE);
        String version = storage.load().version();
        deleteAll();
        fails(Kind.FAILED, storage::load).hasMessageContaining("ConfigMap " + NAME + " is missing");
        assertThat(storage.compareAndSet(version, TWO)).isInstanceOf(WriteResult.Conflict.class);
        // It has left a piece.
        fails(Kind.FAILED, () -> opened(server.open()).load()).hasMessageContaining("is missing");
        deleteAll();
        store(opened(server.open()), THREE);
        assertThat(storage.compareAndSet(version, TWO)).isInstanceOf(WriteResult.Conflict.class);
        assertThat(storage.load().state()).isEqualTo(THREE);
    }

    @Test
    void refuses_what_is_damaged_and_names_it() throws IOException {
        KubernetesStorage storage = opened(server.open());
        store(storage, TestMetadata.withCluster(4, 1));
        String piece = server.names().stream()
                .filter(name -> !name.equals(NAME))
                .findFirst()
                .orElseThrow();
        server.delete(piece);
        fails(Kind.FAILED, () -> opened(server.open()).load()).hasMessageContaining(piece + " is missing");
        ObjectNode index = server.index();
        index.putObject("binaryData").put("gzip", "e30=");
        server.replace(NAME, index);
        fails(Kind.FAILED, () -> opened(server.open()).load()).hasMessageContaining(NAME + " in kubernetes");
        server.delete(NAME);
        fails(Kind.FAILED, () -> opened(server.open()).load()).hasMessageContaining(NAME + " is missing");
    }

    @Test
    void leaves_what_others_have_added_to_the_index() throws IOException {
        KubernetesStorage storage = opened(server.open());
        store(storage, ONE);
        ObjectNode index = server.index();
        ((ObjectNode) index.path("metadata").path("labels")).put("team", "storage");
        server.replace(NAME, index);
        store(storage, TWO);
        assertThat(server.index().path("metadata").path("labels").path("team").asText())
                .isEqualTo("storage");
    }

    @Test
    void a_watch_that_ends_is_opened_anew() {
        KubernetesStorage storage = opened(server.open());
        KubernetesStorage other = opened(server.open());
        Semaphore told = new Semaphore(0);
        storage.watch(told::release);
        assertHears(storage, told, other);
        server.restart();
        assertHears(storage, told, other);
    }

    @Test
    void a_watch_that_is_dead_without_a_sign_is_opened_anew() throws IOException {
        FaultyRelay relay = opened(server.relay());
        KubernetesStorage storage = opened(server.open(relay));
        KubernetesStorage other = opened(server.open());
        Semaphore told = new Semaphore(0);
        storage.watch(told::release);
        assertHears(storage, told, other);
        relay.silenceWatches();
        assertHears(storage, told, other);
    }

    /** The watch of one storage tells of what another one writes, sooner or later without being asked. */
    private static void assertHears(KubernetesStorage storage, Semaphore told, KubernetesStorage other) {
        await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
            // The first write may be found by the load, as the broker makes one each second.
            storage.load();
            told.drainPermits();
            store(other, other.load().state().equals(ONE) ? TWO : ONE);
            return told.tryAcquire(500, TimeUnit.MILLISECONDS);
        });
        assertThat(storage.load()).isEqualTo(other.load());
    }

    private static boolean replacesIndex(FaultyRelay.Call call) {
        return call.method().equals("PUT");
    }

    /** All calls are lost after some. */
    private static void loseAllAfter(FaultyRelay relay, int calls, Loss loss) {
        int[] left = {calls};
        relay.lose(loss, call -> left[0]-- <= 0, Integer.MAX_VALUE, () -> {});
    }

    private static boolean isStored(KubernetesStorage storage, String version, Metadata next) {
        try {
            return storage.compareAndSet(version, next) instanceof WriteResult.Stored;
        } catch (StorageException e) {
            return false;
        }
    }

    /** Writes until what is left of former values is deleted. */
    private static void collect(KubernetesStorage storage) {
        write(storage, KubernetesStorage.WRITES_PER_COLLECTION);
    }

    private static void write(KubernetesStorage storage, int times) {
        for (int write = 0; write < times; write++) {
            store(storage, lifted(storage.load().state()));
        }
    }

    private static Metadata lifted(Metadata state) {
        return Epochs.liftTo(state, state.globalEpoch().next()).state();
    }

    private void deleteAll() throws IOException {
        for (String name : server.names()) {
            server.delete(name);
        }
    }

    private List<String> names() {
        try {
            return server.names();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    final <T extends AutoCloseable> T opened(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    static void store(MetadataStorage storage, Metadata state) {
        assertThat(storage.compareAndSet(storage.load().version(), state)).isInstanceOf(WriteResult.Stored.class);
    }

    static AbstractThrowableAssert<?, ? extends Throwable> fails(Kind kind, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
