package io.undermoon.broker.store;

import static io.undermoon.broker.testing.Refusals.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.Proxies;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.testing.MutableClock;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MetadataWriterTest {
    private static final MetadataWriter.Limits LIMITS = new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0);

    private final MemoryStorage shared = new MemoryStorage(Metadata.empty(false));
    private final MetadataWriter metadata = writer(shared);

    @Test
    void stores_before_it_publishes_and_announces() {
        CompletableFuture<Epoch> waiting =
                metadata.awaitEpochOtherThan(Epoch.ZERO, Duration.ofSeconds(60)).toCompletableFuture();
        assertThat(waiting).isNotDone();
        register(metadata, 1);
        assertThat(shared.load().state()).isEqualTo(metadata.state());
        assertThat(waiting).isCompletedWithValue(new Epoch(1));
    }

    @Test
    void answers_a_watcher_at_once_when_it_is_behind_and_in_the_end_anyway() {
        register(metadata, 1);
        assertThat(metadata.awaitEpochOtherThan(Epoch.ZERO, Duration.ofSeconds(60))
                        .toCompletableFuture())
                .isCompletedWithValue(new Epoch(1));
        assertThat(metadata.awaitEpochOtherThan(new Epoch(1), Duration.ofMillis(20))
                        .toCompletableFuture())
                .succeedsWithin(10, TimeUnit.SECONDS)
                .isEqualTo(new Epoch(1));
    }

    @Test
    void notes_what_was_done_without_a_change_and_the_same_again_after_some_time() {
        MutableClock clock = new MutableClock();
        ChangeCause read = new ChangeCause("alice", "SCAN " + "x".repeat(300));
        MetadataWriter audited = new MetadataWriter(shared, LIMITS, clock);
        register(audited, 1);
        audited.note(read, Duration.ofMinutes(10));
        audited.note(read, Duration.ofMinutes(10));
        assertThat(audited.state().audit()).hasSize(2);
        audited.note(new ChangeCause("bob", read.what()), Duration.ofMinutes(10));
        assertThat(audited.state().audit()).hasSize(3);
        clock.advance(Duration.ofMinutes(11));
        audited.note(read, Duration.ofMinutes(10));
        audited.note(read, Duration.ZERO);
        assertThat(audited.state().audit()).hasSize(5);
        assertThat(shared.load().state().audit()).isEqualTo(audited.state().audit());
        assertThat(audited.state().globalEpoch()).isEqualTo(new Epoch(1));
    }

    @Test
    void logs_changes_and_no_reports() {
        MetadataWriter audited = new MetadataWriter(
                shared, LIMITS, new MutableClock(), () -> new ChangeCause("alice", "POST /proxies/meta"));
        register(audited, 1);
        register(audited, 1);
        audited.change((state, context) -> FailureReports.report(state, context, TestMetadata.proxy(1), "a"));
        audited.change((state, context) -> FailureReports.report(state, context, TestMetadata.proxy(1), "b"));

        assertThat(audited.state().failures()).hasSize(1);
        assertThat(audited.state().audit()).singleElement().satisfies(entry -> {
            assertThat(entry.who()).isEqualTo("alice");
            assertThat(entry.what()).isEqualTo("POST /proxies/meta");
            assertThat(entry.epochBefore()).isEqualTo(Epoch.ZERO);
            assertThat(entry.epochAfter()).isEqualTo(new Epoch(1));
        });
    }

    @Test
    void makes_an_installation_id_for_a_new_system_only() {
        register(metadata, 1);
        metadata.identifyNew();
        assertThat(metadata.state().installationId()).isNull();

        MetadataWriter fresh = writer(new MemoryStorage(Metadata.empty(false)));
        fresh.identifyNew();
        String id = fresh.state().installationId();
        assertThat(id).matches("[0-9a-f]{16}");
        fresh.identify();
        assertThat(fresh.state().installationId()).isEqualTo(id);
    }

    /** The broker that it comes from may have made a failover since, which leases must not contradict. */
    @Test
    void a_copy_of_another_brokers_metadata_confirms_nothing_until_its_epochs_are_raised() {
        Metadata copy = TestMetadata.withCluster(4, 1).asCopy(true);
        metadata.change((state, context) -> Epochs.restore(state, copy));
        refuses(ErrorCode.EXTERNAL, metadata::confirm);
        metadata.change((state, context) -> FailureReports.report(state, context, TestMetadata.proxy(1), "a"));
        refuses(ErrorCode.EXTERNAL, metadata::confirm);

        Epoch raised = metadata.state().globalEpoch().next();
        metadata.change((state, context) -> Epochs.liftTo(state, raised));
        metadata.confirm();
        assertThat(metadata.state().globalEpoch()).isEqualTo(raised);
    }

    @Test
    void metadata_becomes_a_copy_though_nothing_else_differs() {
        Metadata whole = TestMetadata.withCluster(4, 1);
        metadata.change((state, context) -> Epochs.restore(state, whole));
        metadata.confirm();
        metadata.change((state, context) -> Epochs.restore(state, whole.asCopy(true)));
        refuses(ErrorCode.EXTERNAL, metadata::confirm);
    }

    @Test
    void keeps_a_bounded_number_of_changes() {
        for (int i = 0; i < Metadata.AUDITED; i++) {
            register(metadata, 1);
            remove(metadata, 1);
        }
        assertThat(metadata.state().audit()).hasSize(Metadata.AUDITED);
        assertThat(metadata.state().audit().get(Metadata.AUDITED - 1).epochAfter())
                .isEqualTo(metadata.state().globalEpoch());
    }

    @Test
    void keeps_the_old_value_when_it_cannot_be_stored() {
        FailingStorage storage = new FailingStorage(shared);
        MetadataWriter failing = writer(storage);
        storage.fails = true;
        refuses(ErrorCode.PERSISTENCE_IO_ERROR, () -> register(failing, 1));
        assertThat(failing.state()).isEqualTo(Metadata.empty(false));
        assertThat(failing.storageFails()).isTrue();

        storage.fails = false;
        register(failing, 1);
        assertThat(failing.storageFails()).isFalse();
        assertThat(failing.state().allProxies()).hasSize(1);
    }

    @Test
    void does_not_store_a_plan_that_changes_nothing() {
        FailingStorage storage = new FailingStorage(shared);
        MetadataWriter failing = writer(storage);
        storage.fails = true;
        assertThat(failing.<Outcome.Done>change((state, context) -> Outcome.done(state)))
                .isEqualTo(Outcome.Done.DONE);
    }

    @Test
    void hears_of_the_changes_of_another_broker() {
        MetadataWriter other = writer(shared);
        register(other, 1);
        assertThat(metadata.state()).isEqualTo(other.state());
        register(metadata, 2);
        assertThat(other.state().allProxies()).hasSize(2);
    }

    @Test
    void plans_anew_when_another_broker_was_faster() {
        DeafStorage deaf = new DeafStorage(shared);
        MetadataWriter late = writer(deaf);
        register(metadata, 1);
        assertThat(late.state().allProxies()).isEmpty();
        register(late, 2);
        assertThat(late.state().allProxies()).hasSize(2);
        assertThat(late.state().globalEpoch()).isEqualTo(new Epoch(2));
    }

    @Test
    void refuses_nothing_from_a_value_that_another_broker_has_changed() {
        register(metadata, 1);
        MetadataWriter late = writer(new DeafStorage(shared));
        remove(metadata, 1);
        // From what it knows, the proxy would be there already.
        register(late, 1);
        assertThat(shared.load().state().allProxies()).hasSize(1);

        remove(metadata, 1);
        refuses(ErrorCode.PROXY_NOT_FOUND, () -> remove(late, 1));
    }

    @Test
    void answers_reads_and_refuses_changes_while_the_storage_cannot_be_reached() {
        FailingStorage storage = new FailingStorage(shared);
        MetadataWriter broker = writer(storage);
        register(broker, 1);
        CompletableFuture<Epoch> waiting =
                broker.awaitEpochOtherThan(new Epoch(1), Duration.ofSeconds(60)).toCompletableFuture();
        storage.away = true;
        refuses(ErrorCode.EXTERNAL, () -> register(broker, 2));
        assertThat(waiting).isCompletedExceptionally();
        assertThat(broker.awaitEpochOtherThan(new Epoch(1), Duration.ofSeconds(60))
                        .toCompletableFuture())
                .isCompletedExceptionally();
        assertThat(broker.outage()).isPresent();
        assertThat(broker.storageFails()).isTrue();
        assertThat(broker.state().allProxies()).hasSize(1);
        int calls = storage.calls;
        refuses(ErrorCode.EXTERNAL, () -> register(broker, 2));
        // It is not waited for by everybody who asks.
        assertThat(storage.calls).isEqualTo(calls);

        storage.away = false;
        register(metadata, 3);
        broker.refresh();
        assertThat(broker.outage()).isEmpty();
        assertThat(broker.storageFails()).isFalse();
        assertThat(broker.state()).isEqualTo(metadata.state());
        register(broker, 2);
    }

    @Test
    void finds_what_the_storage_has_not_told_of() {
        MetadataWriter late = writer(new DeafStorage(shared));
        CompletableFuture<Epoch> waiting =
                late.awaitEpochOtherThan(Epoch.ZERO, Duration.ofSeconds(60)).toCompletableFuture();
        register(metadata, 1);
        assertThat(waiting).isNotDone();
        late.refresh();
        assertThat(waiting).isCompletedWithValue(new Epoch(1));
        register(metadata, 2);
        late.confirm();
        assertThat(late.state()).isEqualTo(metadata.state());
    }

    @Test
    void loses_no_change_of_many_writers_on_two_brokers() {
        MetadataWriter other = writer(shared);
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            MetadataWriter mine = writer % 2 == 0 ? metadata : other;
            writers.add(CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100; i++) {
                    liftByOne(mine);
                }
            }));
        }
        CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new))
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        await().untilAsserted(() -> {
            assertThat(metadata.state().globalEpoch()).isEqualTo(new Epoch(400));
            assertThat(other.state()).isEqualTo(metadata.state());
        });
    }

    /** Repeats a change that was refused because the other broker stored first, as a client would. */
    private static void liftByOne(MetadataWriter metadata) {
        while (true) {
            try {
                metadata.change((state, context) ->
                        Epochs.liftTo(state, state.globalEpoch().next()));
                return;
            } catch (UndermoonException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.RETRY);
            }
        }
    }

    private static MetadataWriter writer(MetadataStorage storage) {
        return new MetadataWriter(storage, LIMITS, new MutableClock());
    }

    private static void remove(MetadataWriter metadata, int n) {
        metadata.change((state, context) -> Proxies.remove(state, TestMetadata.proxy(n)));
    }

    private static void register(MetadataWriter metadata, int n) {
        metadata.change((state, context) ->
                Proxies.register(state, TestMetadata.proxy(n), TestMetadata.nodes(n), "h" + n, null, null));
    }

    /** A storage whose writes can be made to fail. */
    private static class FailingStorage implements MetadataStorage {
        final MetadataStorage storage;
        boolean fails;
        boolean away;
        int calls;

        FailingStorage(MetadataStorage storage) {
            this.storage = storage;
        }

        @Override
        public Versioned load() {
            requireReachable();
            return storage.load();
        }

        @Override
        public WriteResult compareAndSet(String expectedVersion, Metadata next) {
            requireReachable();
            if (fails) {
                throw new StorageException("no space left");
            }
            return storage.compareAndSet(expectedVersion, next);
        }

        @Override
        public void watch(Runnable listener) {
            storage.watch(listener);
        }

        @Override
        public void close() {}

        private void requireReachable() {
            calls++;
            if (away) {
                throw new StorageException(
                        StorageException.Kind.UNREACHABLE, "etcd does not answer", new IOException("timeout"));
            }
        }
    }

    /** A storage without notifications of changes. */
    private static final class DeafStorage extends FailingStorage {
        DeafStorage(MetadataStorage storage) {
            super(storage);
        }

        @Override
        public void watch(Runnable listener) {}
    }
}
