package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.umctl.Handshake;
import io.undermoon.umctl.MigrationProgress.State;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/**
 * Migrations that are interrupted by restarts, aborts and failures. Data losses of the original have a test each.
 */
class SlotMoveFailureIT {
    /** A key in a moving slot. */
    private static final String KEY = "moving-3";

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void a_source_proxy_that_restarts_while_it_copies_begins_again() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect()) {
            fill(node, 30_000);
            proxies.migrate();
            proxies.awaitCopying();

            proxies.restartSource();

            proxies.awaitSwitched();
            assertMovedAll(proxies, node);
        }
    }

    @Test
    void keys_are_not_missing_when_either_proxy_restarts_after_the_switch() {
        try (TwoProxies proxies = new TwoProxies(true);
                RespConnection node = proxies.sourceNode.connect()) {
            fill(node, 500);
            proxies.migrate();
            proxies.awaitSwitched();
            set(proxies, "after the switch");

            proxies.restartSource();
            proxies.awaitSwitched();
            assertReads(proxies, "after the switch");
            proxies.restartDestination();
            assertReads(proxies, "after the switch");
            proxies.restartSource();
            proxies.restartDestination();
            assertReads(proxies, "after the switch");
            assertThat(proxies.destination.migrations().finished()).hasSize(1);
        }
    }

    @Test
    void a_deleted_key_is_not_brought_back() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection client = proxies.connectToSource()) {
            fill(node, 20_000);
            proxies.migrate();
            proxies.awaitCopying();
            for (int i = 0; i < 20_000; i += 2) {
                if (TwoProxies.MOVING.contains(Slot.of("moving-" + i))) {
                    RespValue reply = client.call("DEL", "moving-" + i);
                    if (reply instanceof RespValue.Failure) {
                        break;
                    }
                }
            }
            proxies.awaitSwitched();
            assertMovedAll(proxies, node);
        }
    }

    @Test
    void a_key_does_not_lose_its_ttl_and_expires_while_it_moves() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect()) {
            fill(node, 5000);
            for (int i = 0; i < 5000; i++) {
                node.call("PEXPIRE", "moving-" + i, Integer.toString(i % 2 == 0 ? 1 + i / 10 : 1_000_000));
            }
            proxies.migrate();
            proxies.awaitSwitched();
            try (RespConnection other = proxies.destinationNode.connect()) {
                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(Content.of(other))
                                .isEqualTo(Content.of(node, TwoProxies.MOVING))
                                .hasSizeGreaterThan(1000));
            }
        }
    }

    @Test
    void left_overs_do_not_win_when_a_slot_comes_back() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.destinationNode.connect()) {
            node.call("SET", KEY, "stale");
            node.call("SET", "moving-7", "stale");
            try (RespConnection source = proxies.sourceNode.connect()) {
                source.call("SET", KEY, "fresh");
            }
            proxies.migrate();
            proxies.awaitSwitched();
            proxies.commit();

            try (RespConnection client = proxies.connectToDestination()) {
                assertThat(text(client.call("GET", KEY))).isEqualTo("fresh");
            }
            assertThat(text(node.call("DBSIZE"))).isEqualTo("1");
        }
    }

    @Test
    void an_aborted_migration_changes_nothing_and_leaves_nothing() throws Exception {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection other = proxies.destinationNode.connect()) {
            fill(node, 50_000);
            Map<String, String> before = Content.of(node);
            proxies.migrate();
            proxies.awaitCopying();

            assertThat(abort(proxies)).isEqualTo("OK");
            assertThat(proxies.progress().state()).isEqualTo(State.ABORTED);
            proxies.restartSource();
            proxies.awaitState(State.ABORTED);
            proxies.settle(io.undermoon.slot.SlotRanges.ALL, io.undermoon.slot.SlotRanges.NONE);

            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(text(other.call("DBSIZE"))).isEqualTo("0");
                assertNoRecords(other);
                assertNoRecords(node);
            });
            assertThat(Content.of(node)).isEqualTo(before);
            try (RespConnection client = proxies.connectToSource()) {
                assertThat(text(client.call("GET", KEY))).isEqualTo("value 3");
            }
        }
    }

    @Test
    void a_switched_migration_is_not_aborted() throws Exception {
        try (TwoProxies proxies = new TwoProxies(false)) {
            proxies.migrate();
            proxies.awaitSwitched();

            assertThat(abort(proxies)).startsWith("ALREADY_SWITCHED");
        }
    }

    @Test
    void a_copy_begins_again_when_the_changes_can_no_longer_be_followed() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect()) {
            fill(node, 50_000);
            proxies.migrate();
            proxies.awaitCopying();

            node.call("CLIENT", "KILL", "TYPE", "replica");

            proxies.awaitSwitched();
            assertThat(proxies.progress().attempts()).isEqualTo(2);
            assertMovedAll(proxies, node);
        }
    }

    @Test
    void a_copy_begins_again_when_the_destination_node_restarts_empty() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect()) {
            fill(node, 50_000);
            proxies.migrate();
            proxies.awaitCopying();

            proxies.destinationNode.kill();
            proxies.destinationNode.restart();

            proxies.awaitSwitched();
            assertMovedAll(proxies, node);
        }
    }

    @Test
    void a_source_that_cannot_know_whether_it_gave_the_slots_away_refuses() {
        try (TwoProxies proxies = new TwoProxies(false)) {
            proxies.migrate();
            proxies.awaitSwitched();
            proxies.destinationNode.freeze();
            try (RespConnection node = proxies.sourceNode.connect()) {
                node.call("EVAL", "redis.call('select', 1) return redis.call('flushdb')", "0");
            }
            proxies.restartSource();
            try (RespConnection client = proxies.connectToSource()) {
                assertThat(text(client.call("GET", KEY))).startsWith("TRYAGAIN");
            }
        }
    }

    @Test
    void a_client_that_waits_for_an_element_is_sent_on() throws Exception {
        try (TwoProxies proxies = new TwoProxies(true);
                RespConnection waiting = proxies.connectToSource();
                RespConnection client = proxies.connectToSource()) {
            waiting.send("BLPOP", KEY, "30");
            await().atMost(LIMIT)
                    .until(() -> text(client.call("CLIENT", "LIST")).contains("flags=b"));
            proxies.migrate();
            proxies.awaitSwitched();

            assertThat(text(client.call("RPUSH", KEY, "element"))).isEqualTo("1");
            assertThat(waiting.receive().toString()).contains("element");
        }
    }

    private static void fill(RespConnection node, int keys) {
        for (int i = 0; i < keys; i++) {
            node.send("SET", "moving-" + i, "value " + i);
        }
        for (int i = 0; i < keys; i++) {
            node.receive();
        }
    }

    private static String abort(TwoProxies proxies) throws Exception {
        Handshake message = new Handshake(Handshake.Step.ABORTMIGRATION, Handshake.VERSION, proxies.migration());
        return proxies.source.migrations().answer(message).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static void set(TwoProxies proxies, String value) {
        try (RespConnection client = proxies.connectToSource()) {
            assertThat(text(client.call("SET", KEY, value))).isEqualTo("OK");
        }
    }

    private static void assertReads(TwoProxies proxies, String value) {
        ThrowingRunnable reads = () -> {
            try (RespConnection first = proxies.connectToSource();
                    RespConnection second = proxies.connectToDestination()) {
                assertThat(text(first.call("GET", KEY))).isEqualTo(value);
                assertThat(text(second.call("GET", KEY))).isEqualTo(value);
            }
        };
        await().atMost(LIMIT).untilAsserted(reads);
    }

    private static void assertMovedAll(TwoProxies proxies, RespConnection node) {
        try (RespConnection other = proxies.destinationNode.connect()) {
            assertThat(Content.of(other)).isEqualTo(Content.of(node, TwoProxies.MOVING));
        }
    }

    private static void assertNoRecords(RespConnection node) {
        String records =
                "redis.call('select', 1) return redis.call('exists', 'undermoon:imports', 'undermoon:exports')";
        assertThat(text(node.call("EVAL", records, "0"))).isEqualTo("0");
    }
}
