package io.undermoon.proxy.migration.copy;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.migration.record.AttemptId;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.testing.NodeRelay;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.slot.SlotRanges;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyAttemptIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final MigrationRecord CLAIM = record(1, "own");

    private final EventLoopGroup group = Transport.best().newEventLoopGroup(1);
    private final ProxyLoop loop = new ProxyLoop(
            (EventLoop) group.next(),
            Transport.best(),
            new BackendSettings(1000, 3000, 1 << 20, 4, BackendSettings.Login.NONE, BackendSettings.Login.NONE),
            new LoopStats(1));
    private final NodeConnections connections = new NodeConnections(loop, Access.PROXY);
    private final NodeClient nodes = new NodeClient(connections);
    private final MigrationRecords records = new MigrationRecords(nodes);
    private final Endpoints endpoints = new Endpoints();
    private final RedisServerProcess source = RedisServerProcess.start();
    private final RedisServerProcess destination = RedisServerProcess.start();
    private Endpoint to = endpoints.redis(destination.address());
    private final CopyCounters counters = new CopyCounters();
    private final Convergences convergences = new Convergences();

    @AfterEach
    void stop() {
        loop.eventLoop().submit(connections::close).awaitUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        source.close();
        destination.close();
    }

    @Test
    void an_attempt_whose_claim_was_replaced_deletes_nothing() {
        try (RespConnection node = destination.connect()) {
            node.call("SET", "k", "of a later attempt");
            MigrationRecord later = record(2, "later");
            claim(later);

            assertThatThrownBy(() -> get(prepare(attempt(source.address(), 0))))
                    .hasMessageContaining("has record '" + later + "' instead of '" + CLAIM + "'");
            assertThat(text(node.call("GET", "k"))).isEqualTo("of a later attempt");
        }
    }

    /** Keys that are written after the end belong to whoever has the slots then. */
    @Test
    void what_an_attempt_deletes_ends_with_it() {
        try (NodeRelay relay = new NodeRelay(destination);
                RespConnection node = destination.connect()) {
            fill(node, 3000);
            to = endpoints.redis(relay.address());
            claim(CLAIM);
            CopyAttempt attempt = attempt(source.address(), 0);
            relay.holdBack("UNLINK");
            prepare(attempt);
            await().atMost(LIMIT).until(() -> relay.heldBack() > 0);

            loop.execute(attempt::close);
            relay.release();

            await().atMost(LIMIT).until(() -> !text(node.call("CLIENT", "LIST")).contains("undermoon-move:"));
            assertThat(size(node)).as("but for one command").isGreaterThanOrEqualTo(2000);
        }
    }

    @Test
    void an_attempt_that_ends_at_once_leaves_no_connections() {
        try (RespConnection node = destination.connect()) {
            claim(CLAIM);
            CopyAttempt attempt = attempt(source.address(), 0);
            CompletableFuture<?> prepared = new CompletableFuture<>();
            loop.execute(() -> {
                pass(attempt.prepare(), prepared);
                attempt.close();
            });

            assertThatThrownBy(() -> get(prepared)).hasMessageContaining("the attempt has ended");
            assertThat(text(node.call("CLIENT", "LIST"))).doesNotContain("undermoon-move:");
        }
    }

    /**
     * What arrives late belongs to a hold that was given up. Without a hold keys change all the time, and copying what
     * is missing would never end.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_late_marker_does_not_keep_a_copy_from_its_end(boolean replyOnly) {
        try (NodeRelay relay = new NodeRelay(source);
                RespConnection client = source.connect()) {
            claim(CLAIM);
            CopyAttempt attempt = attempt(relay.address(), 1000);
            get(prepare(attempt));
            copy(attempt);
            await().atMost(LIMIT).until(() -> convergences.count.get() == 1);

            if (replyOnly) {
                relay.holdBackReplies("undermoon:marks");
            } else {
                relay.holdBack("undermoon:marks");
            }
            loop.execute(() -> attempt.finish("marker", 1));
            await().atMost(LIMIT).until(() -> relay.heldBack() > 0);
            fill(client, 1000);
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> counters.keysDirty() > 500);
            copy(attempt);
            relay.release();

            await().atMost(LIMIT).until(() -> convergences.count.get() == 2 || !convergences.failure.isEmpty());
            assertThat(convergences.failure).isEmpty();
            loop.execute(attempt::close);
        }
    }

    @Test
    void a_destination_that_has_restarted_is_not_copied_to() {
        try (RespConnection node = destination.connect()) {
            claim(CLAIM);
            fill(node, 10);

            CompletableFuture<?> prepared = prepare(attempt(source.address(), "a-former-run", 0));

            assertThatThrownBy(() -> get(prepared)).hasMessageContaining("has restarted");
            assertThat(size(node)).isEqualTo(10);
            get(prepare(attempt(source.address(), runOf(destination), 0)));
            await().atMost(LIMIT).until(() -> size(node) == 0);
        }
    }

    /** The destination is scanned while keys are copied, so the scan finds both. */
    @Test
    void left_over_keys_are_deleted_and_copied_ones_are_not() {
        try (NodeRelay relay = new NodeRelay(destination);
                RespConnection from = source.connect();
                RespConnection node = destination.connect()) {
            fill(node, 20);
            fill(from, 10);
            from.call("SET", "key0", "present");
            to = endpoints.redis(relay.address());
            claim(CLAIM);
            CopyAttempt attempt = attempt(source.address(), 0);
            relay.holdBackReplies("SCAN");
            get(prepare(attempt));
            copy(attempt);
            await().atMost(LIMIT).until(() -> "present".equals(text(node.call("GET", "key0"))));
            await().atMost(LIMIT).until(() -> relay.heldBack() > 0);

            relay.release();

            await().atMost(LIMIT).until(() -> convergences.count.get() == 1);
            assertThat(size(node)).isEqualTo(10);
            assertThat(text(node.call("GET", "key0"))).isEqualTo("present");
            loop.execute(attempt::close);
        }
    }

    @Test
    void slots_with_left_over_keys_are_not_switched() {
        try (NodeRelay relay = new NodeRelay(destination);
                RespConnection node = destination.connect()) {
            fill(node, 10);
            to = endpoints.redis(relay.address());
            claim(CLAIM);
            CopyAttempt attempt = attempt(source.address(), 0);
            relay.holdBack("SCAN");
            get(prepare(attempt));
            copy(attempt);
            await().atMost(LIMIT).until(() -> onLoop(attempt::isScanned));

            assertThat(convergences.count).hasValue(0);
            relay.release();
            await().atMost(LIMIT).until(() -> convergences.count.get() == 1);
            assertThat(size(node)).isZero();
            loop.execute(attempt::close);
        }
    }

    private <T> T onLoop(Supplier<T> question) {
        return get(CompletableFuture.supplyAsync(question, loop.eventLoop()));
    }

    @Test
    void a_record_is_replaced_in_the_run_of_the_node_only_that_is_meant() {
        claim(CLAIM);
        MigrationRecord owned = CLAIM.with(Status.OWNED);

        assertThat(get(records.replace(to, MigrationRecords.IMPORTS, SlotRanges.ALL, CLAIM, owned, "a-former-run")))
                .isFalse();
        assertThat(get(records.replace(to, MigrationRecords.IMPORTS, SlotRanges.ALL, CLAIM, owned, runOf(destination))))
                .isTrue();
    }

    private static String runOf(RedisServerProcess server) {
        try (RespConnection node = server.connect()) {
            return InfoReport.parse(text(node.call("INFO", "server"))).runId();
        }
    }

    private CopyAttempt attempt(String from, long maxKeysPerSecond) {
        return attempt(from, "", maxKeysPerSecond);
    }

    private CopyAttempt attempt(String from, String destinationRun, long maxKeysPerSecond) {
        CopyContext context = new CopyContext(loop, nodes, records, CommandTable.load(), maxKeysPerSecond, 0);
        return new CopyAttempt(
                context,
                endpoints.redis(from),
                to,
                destinationRun,
                SlotRanges.ALL,
                CLAIM,
                MigrationConfig.DEFAULT,
                counters,
                convergences);
    }

    private CompletableFuture<?> prepare(CopyAttempt attempt) {
        CompletableFuture<?> prepared = new CompletableFuture<>();
        loop.execute(() -> pass(attempt.prepare(), prepared));
        return prepared;
    }

    private void copy(CopyAttempt attempt) {
        loop.execute(() -> attempt.copy(0));
    }

    private static <T> void pass(CompletionStage<?> from, CompletableFuture<T> into) {
        from.whenComplete((done, problem) -> {
            if (problem == null) {
                into.complete(null);
            } else {
                into.completeExceptionally(problem);
            }
        });
    }

    private void claim(MigrationRecord record) {
        get(records.replace(to, MigrationRecords.IMPORTS, SlotRanges.ALL, null, record));
    }

    private static MigrationRecord record(long number, String random) {
        return new MigrationRecord(new AttemptId(new Epoch(1), number, random), Status.COPYING);
    }

    private static void fill(RespConnection node, int keys) {
        for (int i = 0; i < keys; i++) {
            node.send("SET", "key" + i, "value");
        }
        for (int i = 0; i < keys; i++) {
            node.receive();
        }
    }

    private static long size(RespConnection node) {
        return Long.parseLong(text(node.call("DBSIZE")));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Counts how often little was missing, and notes why an attempt failed. */
    private static final class Convergences implements CopyAttempt.Listener {
        private final AtomicInteger count = new AtomicInteger();
        private volatile String failure = "";

        @Override
        public void converged() {
            count.incrementAndGet();
        }

        @Override
        public void attemptFailed(String reason) {
            failure = reason;
        }
    }
}
