package io.undermoon.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.storage.MetadataStorage.Versioned;
import io.undermoon.broker.storage.MetadataStorage.WriteResult;
import io.undermoon.broker.testing.Golden;
import io.undermoon.broker.testing.TestMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the broker expects of every storage; each has a test that extends this one. */
public abstract class StorageContract {
    protected static final Metadata EMPTY = Metadata.empty(false);
    private static final int WRITERS = 4;
    private static final int WRITES = 25;

    private final List<MetadataStorage> opened = new ArrayList<>();

    /** Opens the same storage once more, with {@link #EMPTY} as the value while it has none. */
    protected abstract MetadataStorage openAnew();

    /** Whether several brokers may have it open. */
    protected abstract boolean isShared();

    /** Whether it tells of changes of others. */
    protected abstract boolean notifies();

    /** Whether values are there when all brokers have closed it. */
    protected abstract boolean isDurable();

    @AfterEach
    void closeAll() {
        opened.forEach(MetadataStorage::close);
    }

    @Test
    void begins_with_the_initial_value() {
        assertThat(open().load().state()).isEqualTo(EMPTY);
    }

    @Test
    void gives_back_what_was_stored() {
        MetadataStorage storage = open();
        Versioned first = storage.load();
        for (Metadata value : List.of(everything(), TestMetadata.withCluster(8, 2), TestMetadata.withProxies(1))) {
            String version = stored(storage.compareAndSet(storage.load().version(), value));
            assertThat(storage.load()).isEqualTo(new Versioned(value, version));
            assertThat(version).isNotEqualTo(first.version());
        }
    }

    @Test
    void stores_only_over_the_expected_version() {
        MetadataStorage storage = open();
        String first = storage.load().version();
        String second = stored(storage.compareAndSet(first, TestMetadata.withProxies(2)));
        assertThat(storage.compareAndSet(first, TestMetadata.withProxies(3))).isInstanceOf(WriteResult.Conflict.class);
        assertThat(storage.load()).isEqualTo(new Versioned(TestMetadata.withProxies(2), second));
        stored(storage.compareAndSet(second, TestMetadata.withProxies(3)));
    }

    @Test
    void has_another_version_for_the_same_value_stored_again() {
        MetadataStorage storage = open();
        String first = stored(storage.compareAndSet(storage.load().version(), TestMetadata.withProxies(2)));
        String second = stored(storage.compareAndSet(first, TestMetadata.withProxies(2)));
        assertThat(second).isNotEqualTo(first);
        assertThat(storage.compareAndSet(first, EMPTY)).isInstanceOf(WriteResult.Conflict.class);
    }

    @Test
    void keeps_the_value_while_no_broker_runs() {
        assumeThat(isDurable()).isTrue();
        MetadataStorage before = open();
        stored(before.compareAndSet(before.load().version(), everything()));
        before.close();
        opened.remove(before);
        assertThat(open().load().state()).isEqualTo(everything());
    }

    @Test
    void shows_each_broker_what_the_other_stored_and_lets_neither_overwrite_it() {
        assumeThat(isShared()).isTrue();
        MetadataStorage one = open();
        MetadataStorage other = open();
        String first = other.load().version();
        stored(one.compareAndSet(one.load().version(), everything()));
        assertThat(other.compareAndSet(first, TestMetadata.withProxies(1))).isInstanceOf(WriteResult.Conflict.class);
        assertThat(other.load().state()).isEqualTo(everything());
        stored(other.compareAndSet(other.load().version(), TestMetadata.withProxies(1)));
        assertThat(one.load().state()).isEqualTo(TestMetadata.withProxies(1));
    }

    @Test
    void tells_of_the_changes_of_others() {
        assumeThat(notifies()).isTrue();
        MetadataStorage one = open();
        MetadataStorage other = open();
        other.load();
        AtomicInteger told = new AtomicInteger();
        other.watch(told::incrementAndGet);
        for (int change = 1; change <= 3; change++) {
            int before = told.get();
            stored(one.compareAndSet(one.load().version(), TestMetadata.withProxies(change)));
            await().until(() -> told.get() > before);
            assertThat(other.load().state()).isEqualTo(TestMetadata.withProxies(change));
        }
    }

    @Test
    void loses_no_write_of_many_at_once() {
        List<MetadataStorage> brokers = isShared() ? List.of(open(), open()) : List.of(open());
        AtomicInteger stored = new AtomicInteger();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            MetadataStorage storage = brokers.get(writer % brokers.size());
            // Not on the common pool, which runs the completions of HTTP requests and may have one thread only.
            writers.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < WRITES; i++) {
                            if (raise(storage)) {
                                stored.incrementAndGet();
                            }
                        }
                    },
                    task -> new Thread(task).start()));
        }
        CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        assertThat(stored).hasPositiveValue();
        assertThat(brokers.get(0).load().state().globalEpoch().value()).isEqualTo(stored.get());
    }

    protected final MetadataStorage open() {
        MetadataStorage storage = openAnew();
        opened.add(storage);
        return storage;
    }

    protected static String stored(WriteResult result) {
        assertThat(result).isInstanceOf(WriteResult.Stored.class);
        return ((WriteResult.Stored) result).version();
    }

    /** Metadata with something in every member of the dump. */
    protected static Metadata everything() {
        Metadata state = MetadataJson.read(Golden.bytes("dump.json"));
        state = TestMetadata.add(state, 77, "host77");
        state = FailureReports.report(state, TestMetadata.CONTEXT, TestMetadata.proxy(77), "reporter")
                .state();
        MetadataEdit edit = state.edit();
        edit.markFailed(TestMetadata.proxy(77));
        edit.startDraining("host78");
        return edit.done();
    }

    /** Two threads of one broker may mix their load and compareAndSet, as the versions are theirs. */
    private static boolean raise(MetadataStorage storage) {
        Versioned present = storage.load();
        Metadata next = Epochs.liftTo(
                        present.state(), present.state().globalEpoch().next())
                .state();
        return storage.compareAndSet(present.version(), next) instanceof WriteResult.Stored;
    }
}
