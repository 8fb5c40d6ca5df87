package io.undermoon.broker.storage.etcd;

import static io.undermoon.broker.storage.etcd.EtcdFixture.EMPTY;
import static io.undermoon.broker.storage.etcd.EtcdFixture.PREFIX;
import static io.undermoon.broker.storage.etcd.EtcdFixture.endpoint;
import static io.undermoon.broker.storage.etcd.EtcdFixture.everything;
import static io.undermoon.broker.storage.etcd.EtcdFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.FaultyRelay;
import io.undermoon.broker.storage.FaultyRelay.Loss;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.MetadataStorage.WriteResult;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.StorageException.Kind;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.testsupport.EtcdServers;
import io.undermoon.testsupport.TestAuthority;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of metadata in a real etcd when replies, members or data are lost. */
@EnabledIf("io.undermoon.testsupport.EtcdServers#isInstalled")
class EtcdStorageTest {
    private static final Metadata ONE = TestMetadata.withProxies(1);
    private static final Metadata TWO = TestMetadata.withProxies(2);
    private static final Metadata THREE = TestMetadata.withProxies(3);
    private static final int MAX_VALUE_BYTES = 256 * 1024;

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void keeps_a_thousand_proxies_in_small_values_and_writes_only_what_changes() throws IOException {
        EtcdServers etcd = etcd(1);
        Metadata state = TestMetadata.thousandProxies();
        EtcdStorage storage = opened(open(endpoint(etcd, 0)));
        store(storage, state);
        assertThat(opened(open(endpoint(etcd, 0))).load().state()).isEqualTo(state);
        assertThat(everything(etcd)).hasSizeGreaterThan(300);
        assertThat(everything(etcd))
                .allSatisfy(entry -> assertThat(entry.value()).hasSizeLessThan(MAX_VALUE_BYTES));

        store(storage, TestMetadata.add(state, 1001, "host1001"));
        assertThat(newest(etcd)).hasSize(2).contains(PREFIX + "index");

        // Changes all clusters, more than one plain transaction of etcd may.
        Metadata lifted = Epochs.liftTo(
                        storage.load().state(),
                        storage.load().state().globalEpoch().next())
                .state();
        store(storage, lifted);
        assertThat(newest(etcd)).hasSize(302);
        assertThat(opened(open(endpoint(etcd, 0))).load().state()).isEqualTo(lifted);
    }

    @Test
    void leaves_nothing_of_what_is_removed() throws IOException {
        EtcdServers etcd = etcd(1);
        EtcdStorage storage = opened(open(endpoint(etcd, 0)));
        store(storage, TestMetadata.withCluster(8, 2));
        store(storage, EMPTY);
        assertThat(everything(etcd)).hasSize(1);
    }

    @Test
    void finds_its_write_whose_reply_was_lost() throws IOException {
        EtcdServers etcd = etcd(1);
        FaultyRelay relay = opened(new FaultyRelay(endpoint(etcd, 0)));
        EtcdStorage storage = opened(open(relay.address()));
        store(storage, ONE);
        relay.lose(Loss.REPLIES, EtcdStorageTest::isWrite, 2, () -> {});
        WriteResult result = storage.compareAndSet(storage.load().version(), TWO);
        assertThat(result).isEqualTo(new WriteResult.Stored(storage.load().version()));
        assertThat(storage.load().state()).isEqualTo(TWO);
        assertThat(newestRevision(etcd)).isEqualTo(3);
    }

    @Test
    void knows_that_its_write_took_effect_although_another_broker_has_written_since() throws IOException {
        EtcdServers etcd = etcd(1);
        FaultyRelay relay = opened(new FaultyRelay(endpoint(etcd, 0)));
        EtcdStorage storage = opened(open(relay.address()));
        EtcdStorage other = opened(open(endpoint(etcd, 0)));
        store(storage, ONE);
        relay.lose(Loss.REPLIES, EtcdStorageTest::isWrite, 1, () -> store(other, THREE));
        String version = storage.load().version();
        assertThat(storage.compareAndSet(version, TWO)).isInstanceOf(WriteResult.Stored.class);
        assertThat(storage.load().state()).isEqualTo(THREE);
    }

    @Test
    void knows_that_its_lost_write_had_no_effect_when_another_broker_was_faster() throws IOException {
        EtcdServers etcd = etcd(1);
        FaultyRelay relay = opened(new FaultyRelay(endpoint(etcd, 0)));
        EtcdStorage storage = opened(open(relay.address()));
        EtcdStorage other = opened(open(endpoint(etcd, 0)));
        store(storage, ONE);
        relay.lose(Loss.REQUESTS, EtcdStorageTest::isWrite, 1, () -> store(other, THREE));
        assertThat(storage.compareAndSet(storage.load().version(), TWO)).isInstanceOf(WriteResult.Conflict.class);
        assertThat(storage.load().state()).isEqualTo(THREE);
    }

    @Test
    void says_when_it_does_not_know_what_became_of_a_write() throws IOException {
        EtcdServers etcd = etcd(1);
        FaultyRelay relay = opened(new FaultyRelay(endpoint(etcd, 0)));
        EtcdStorage storage = opened(open(Duration.ofMillis(900), relay.address()));
        store(storage, ONE);
        String version = storage.load().version();
        relay.lose(Loss.REPLIES, EtcdStorageTest::isWrite, Integer.MAX_VALUE, () -> {});
        fails(Kind.UNKNOWN, () -> storage.compareAndSet(version, TWO));
        relay.repair();
        assertThat(storage.load().state()).isEqualTo(TWO);
        assertThat(storage.compareAndSet(version, THREE)).isInstanceOf(WriteResult.Conflict.class);
    }

    @Test
    void says_that_nothing_was_changed_when_no_member_can_be_reached() {
        EtcdServers etcd = etcd(1);
        EtcdStorage storage = opened(open(Duration.ofMillis(900), endpoint(etcd, 0)));
        store(storage, ONE);
        String version = storage.load().version();
        etcd.kill(0);
        fails(Kind.UNREACHABLE, () -> storage.compareAndSet(version, TWO))
                .hasMessageContaining("etcd [" + etcd.address(0) + "]")
                .hasMessageContaining("cannot connect");
        fails(Kind.UNREACHABLE, storage::load);

        etcd.restart(0);
        await().ignoreExceptions().until(() -> storage.load().state().equals(ONE));
        store(storage, TWO);
    }

    @Test
    void goes_on_with_the_members_that_are_left() throws InterruptedException {
        EtcdServers etcd = etcd(3);
        EtcdStorage storage = opened(open(EtcdFixture.endpoints(etcd, 3)));
        EtcdStorage other = opened(open(endpoint(etcd, 2)));
        Semaphore told = new Semaphore(0);
        storage.watch(told::release);
        store(storage, ONE);

        etcd.pause(0);
        store(storage, TWO);
        told.drainPermits();
        store(other, THREE);
        assertThat(told.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        etcd.resume(0);
        etcd.kill(1);
        store(storage, ONE);
        assertHears(storage, told, other);
        etcd.restart(1);
    }

    @Test
    void an_etcd_that_was_restored_from_a_copy_is_not_mistaken_for_the_one_before() throws IOException {
        EtcdServers etcd = etcd(1);
        EtcdStorage storage = opened(open(endpoint(etcd, 0)));
        store(storage, ONE);
        etcd.kill(0);
        copy(directory.resolve("etcd/m0"), directory.resolve("copy"));
        etcd.restart(0);
        store(storage, TWO);
        String version = storage.load().version();

        etcd.kill(0);
        copy(directory.resolve("copy"), directory.resolve("etcd/m0"));
        etcd.restart(0);
        EtcdStorage other = opened(open(endpoint(etcd, 0)));
        assertThat(other.load().state()).isEqualTo(ONE);
        store(other, THREE);
        assertThat(storage.compareAndSet(version, ONE)).isInstanceOf(WriteResult.Conflict.class);
        assertThat(storage.load().state()).isEqualTo(THREE);
    }

    @Test
    void refuses_what_is_damaged_and_names_it() throws IOException {
        EtcdServers etcd = etcd(1);
        EtcdStorage storage = opened(open(endpoint(etcd, 0)));
        store(storage, TestMetadata.withCluster(4, 1));
        String key = PREFIX + "parts/clusters/demo";
        EtcdFixture.put(etcd, key, "{}");
        fails(Kind.FAILED, () -> opened(open(endpoint(etcd, 0))).load()).hasMessageContaining(key);
        EtcdFixture.delete(etcd, key);
        fails(Kind.FAILED, () -> opened(open(endpoint(etcd, 0))).load()).hasMessageContaining("is missing");
        EtcdFixture.delete(etcd, PREFIX + "index");
        fails(Kind.FAILED, () -> opened(open(endpoint(etcd, 0))).load()).hasMessageContaining("index is missing");
        fails(Kind.FAILED, storage::load).hasMessageContaining("index is missing");
    }

    @Test
    void logs_in_and_does_so_again_when_the_token_is_not_known_any_more() throws IOException {
        EtcdServers etcd = etcd(1);
        for (String[] call : new String[][] {
            {"user/add", "{\"name\":\"root\",\"password\":\"r00t\"}"},
            {"user/add", "{\"name\":\"broker\",\"password\":\"s3cret\"}"},
            {"role/add", "{\"name\":\"root\"}"},
            {"role/add", "{\"name\":\"metadata\"}"},
            // All keys that begin with /test/.
            {
                "role/grant",
                "{\"name\":\"metadata\",\"perm\":{\"permType\":\"READWRITE\",\"key\":\"L3Rlc3Qv\","
                        + "\"range_end\":\"L3Rlc3Qw\"}}"
            },
            {"user/grant", "{\"user\":\"root\",\"role\":\"root\"}"},
            {"user/grant", "{\"user\":\"broker\",\"role\":\"metadata\"}"},
            {"enable", "{}"}
        }) {
            assertThat(etcd.post(0, "/v3/auth/" + call[0], call[1])).contains("revision");
        }
        fails(Kind.REFUSED, () -> opened(open(endpoint(etcd, 0))).load()).hasMessageContaining("user name is empty");
        fails(Kind.REFUSED, () -> user(etcd, "wrong").load())
                .hasMessageContaining("authentication failed")
                .hasMessageNotContaining("wrong");

        EtcdStorage storage = user(etcd, "s3cret");
        EtcdStorage other = user(etcd, "s3cret");
        Semaphore told = new Semaphore(0);
        storage.watch(told::release);
        store(storage, ONE);
        assertHears(storage, told, other);

        // Tokens do not survive a restart.
        etcd.kill(0);
        etcd.restart(0);
        store(storage, THREE);
        assertHears(storage, told, other);
    }

    @Test
    void speaks_tls_and_shows_its_certificate() throws Exception {
        TestAuthority authority = new TestAuthority(directory, "ours");
        TestAuthority.Identity server = authority.issue("etcd");
        TestAuthority.Identity broker = authority.issue("broker");
        EtcdServers etcd = opened(EtcdServers.startWithTls(directory.resolve("etcd"), server, authority.authorities()));
        EtcdOptions options = new EtcdOptions(List.of(endpoint(etcd, 0)), PREFIX, "", "", Duration.ofSeconds(30));
        TlsContext tls =
                new TlsContext(new TlsFiles(broker.certificate(), broker.key(), authority.authorities()), true);
        EtcdStorage storage = opened(new EtcdStorage(options, EMPTY, tls));
        EtcdStorage other = opened(new EtcdStorage(options, EMPTY, tls));
        Semaphore told = new Semaphore(0);
        storage.watch(told::release);
        store(storage, ONE);
        assertHears(storage, told, other);
    }

    private static boolean isWrite(FaultyRelay.Call call) {
        return call.body().contains("\"compare\"");
    }

    private EtcdServers etcd(int members) {
        return opened(EtcdServers.start(directory.resolve("etcd"), members));
    }

    private EtcdStorage user(EtcdServers etcd, String password) {
        return opened(new EtcdStorage(
                new EtcdOptions(List.of(endpoint(etcd, 0)), PREFIX, "broker", password, Duration.ofSeconds(10)),
                EMPTY,
                null));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    /** The watch of one storage tells of what another one writes, sooner or later without being asked. */
    private static void assertHears(EtcdStorage storage, Semaphore told, EtcdStorage other) {
        await().until(() -> {
            // The first write may be found by the load, as the broker makes one each second.
            storage.load();
            told.drainPermits();
            store(other, other.load().state().equals(ONE) ? TWO : ONE);
            return told.tryAcquire(500, TimeUnit.MILLISECONDS);
        });
        assertThat(storage.load()).isEqualTo(other.load());
    }

    private static void store(MetadataStorage storage, Metadata state) {
        assertThat(storage.compareAndSet(storage.load().version(), state)).isInstanceOf(WriteResult.Stored.class);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> fails(Kind kind, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private static long newestRevision(EtcdServers etcd) throws IOException {
        return everything(etcd).stream()
                .mapToLong(EtcdRequests.Entry::revision)
                .max()
                .orElse(0);
    }

    /** The keys that the last write has changed. */
    private static List<String> newest(EtcdServers etcd) throws IOException {
        long revision = newestRevision(etcd);
        return everything(etcd).stream()
                .filter(entry -> entry.revision() == revision)
                .map(EtcdRequests.Entry::key)
                .toList();
    }

    /** Replaces a directory by a copy of another one. */
    private static void copy(Path from, Path to) throws IOException {
        delete(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
