package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.migration.MigrationSettings.ReplicaAck;
import io.undermoon.proxy.testing.NodeRelay;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.Handshake;
import io.undermoon.umctl.MigrationProgress.State;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
    void a_key_that_is_deleted_while_keys_are_copied_is_not_brought_back() {
        MigrationSettings slow = new MigrationSettings(3000, 0, 200, 0, ReplicaAck.CONNECTED);
        try (TwoProxies proxies = new TwoProxies(false, slow);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection client = proxies.connectToSource()) {
            fill(node, 20_000);
            proxies.migrate();
            proxies.awaitCopying();
            List<String> deleted = IntStream.range(0, 10_000)
                    .mapToObj(i -> "moving-" + 2 * i)
                    .filter(key -> TwoProxies.MOVING.contains(Slot.of(key)))
                    .toList();
            deleted.forEach(key -> client.send("DEL", key));
            deleted.forEach(key -> assertThat(text(client.receive())).isEqualTo("1"));
            assertThat(proxies.progress().state()).isEqualTo(State.COPYING);

            proxies.awaitSwitched();
            assertMovedAll(proxies, node);
            try (RespConnection other = proxies.destinationNode.connect()) {
                assertThat(Content.of(other).keySet()).isNotEmpty().doesNotContainAnyElementsOf(deleted);
            }
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

    /** Where no key expires, keys are not asked for it: those that get an expiry time meanwhile are copied again. */
    @Test
    void keys_that_get_an_expiry_time_while_they_move_have_it_afterwards() {
        MigrationSettings slow = new MigrationSettings(2000, 0, 600_000, 0, ReplicaAck.CONNECTED);
        try (TwoProxies proxies = new TwoProxies(false, slow);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection other = proxies.destinationNode.connect()) {
            fill(node, 6000);
            proxies.migrate();
            await().atMost(LIMIT).until(() -> Long.parseLong(text(other.call("DBSIZE"))) > 500);
            // At once: what comes to the node itself after the switch is not copied any more.
            node.call("EVAL", "for i = 0, 5999 do redis.call('PEXPIRE', 'moving-' .. i, '1000000') end", "0");
            assertThat(proxies.progress().state()).isEqualTo(State.COPYING);
            proxies.awaitSwitched();
            assertThat(Content.of(other))
                    .isEqualTo(Content.of(node, TwoProxies.MOVING))
                    .hasSizeGreaterThan(2500);
        }
    }

    @Test
    void left_overs_do_not_win_when_a_slot_comes_back() {
        MigrationSettings noCleanup = new MigrationSettings(0, 0, 600_000, 0, ReplicaAck.CONNECTED);
        try (TwoProxies proxies = new TwoProxies(false, noCleanup);
                RespConnection node = proxies.sourceNode.connect()) {
            node.call("SET", KEY, "stale");
            node.call("SET", "moving-7", "stale");
            proxies.migrate();
            proxies.awaitSwitched();
            proxies.commit();
            try (RespConnection client = proxies.connectToDestination()) {
                assertThat(text(client.call("SET", KEY, "fresh"))).isEqualTo("OK");
                assertThat(text(client.call("DEL", "moving-7"))).isEqualTo("1");
            }
            assertThat(text(node.call("DBSIZE"))).as("keys left behind").isEqualTo("2");

            proxies.turnRound();
            proxies.migrate();
            proxies.awaitSwitched();
            proxies.commit();

            try (RespConnection client = proxies.connectToDestination()) {
                assertThat(text(client.call("GET", KEY))).isEqualTo("fresh");
                assertThat(text(client.call("EXISTS", "moving-7"))).isEqualTo("0");
            }
        }
    }

    @Test
    void keys_of_a_slot_that_has_come_back_are_not_cleaned_up() {
        MigrationSettings slowly = new MigrationSettings(0, 0, 0, 2000, ReplicaAck.CONNECTED);
        try (TwoProxies proxies = new TwoProxies(false, slowly);
                RespConnection node = proxies.sourceNode.connect()) {
            fill(node, 20_000);
            proxies.migrate();
            proxies.awaitSwitched();
            proxies.commit();
            long all = size(node);
            await().atMost(LIMIT).until(() -> size(node) < all);

            proxies.settle(SlotRanges.ALL, SlotRanges.NONE);
            try (RespConnection client = proxies.connectToSource()) {
                for (int i = 0; i < 2000; i++) {
                    client.send("SET", "{moving-3}" + i, "new");
                }
                for (int i = 0; i < 2000; i++) {
                    assertThat(text(client.receive())).isEqualTo("OK");
                }
            }
            long kept = size(node);
            await().atMost(LIMIT).untilAsserted(() -> assertNoRecords(node));
            // A batch that was on its way when the slots came back may still be deleted.
            assertThat(size(node)).isGreaterThanOrEqualTo(kept - 500);
            assertThat(Content.of(node).keySet().stream().filter(key -> key.startsWith("{moving-3}")))
                    .hasSize(2000);
        }
    }

    @Test
    void connections_of_former_attempts_are_closed() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection former = proxies.destinationNode.connect()) {
            former.call("CLIENT", "SETNAME", "undermoon-move:" + TwoProxies.MOVING);
            proxies.migrate();
            proxies.awaitSwitched();

            assertThatThrownBy(() -> former.call("SET", KEY, "late")).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void the_later_of_two_records_decides() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection other = proxies.destinationNode.connect()) {
            node.call("SET", KEY, "value");
            record(other, "imports", "1.1.first owned");
            record(node, "exports", "1.2.second copying");
            proxies.defineMigration();

            proxies.restartDestination();
            try (RespConnection client = proxies.connectToDestination()) {
                assertThat(text(client.call("GET", KEY))).startsWith("MOVED ");
            }
            proxies.restartSource();
            proxies.awaitSwitched();
            try (RespConnection client = proxies.connectToDestination()) {
                assertThat(text(client.call("GET", KEY))).isEqualTo("value");
            }
        }
    }

    @Test
    void slots_are_not_switched_before_a_replica_of_the_destination_has_them() {
        try (TwoProxies proxies = new TwoProxies(false);
                RedisServerProcess replica = proxies.replicaOfDestination();
                RespConnection node = proxies.sourceNode.connect()) {
            fill(node, 100);
            replica.freeze();
            proxies.migrate();
            await().atMost(LIMIT)
                    .until(() -> proxies.progress().error().contains("no replica of the destination acknowledges")
                            || proxies.progress().state() == State.SWITCHED);
            assertThat(proxies.progress().state()).isEqualTo(State.COPYING);
            assertThat(proxies.progress().longestHoldUs()).as("held in vain").isZero();

            replica.unfreeze();
            proxies.awaitSwitched();
        }
    }

    @Test
    void slots_are_switched_without_a_replica_where_that_is_allowed() {
        MigrationSettings bold = new MigrationSettings(0, 0, 200, 0, ReplicaAck.ATTEMPTED);
        try (TwoProxies proxies = new TwoProxies(false, bold);
                RedisServerProcess replica = proxies.replicaOfDestination()) {
            replica.freeze();
            proxies.migrate();

            proxies.awaitSwitched();
            replica.unfreeze();
        }
    }

    @Test
    void slots_are_not_switched_without_any_replica_where_one_is_always_required() {
        MigrationSettings strict = new MigrationSettings(0, 0, 200, 0, ReplicaAck.ALWAYS);
        try (TwoProxies proxies = new TwoProxies(false, strict)) {
            proxies.migrate();
            await().atMost(LIMIT).until(() -> proxies.progress().error().contains("the destination has no replica"));

            try (RedisServerProcess replica = proxies.replicaOfDestination()) {
                proxies.awaitSwitched();
            }
        }
    }

    @Test
    void a_migration_is_aborted_without_its_destination() throws Exception {
        MigrationSettings slow = new MigrationSettings(3000, 0, 200, 0, ReplicaAck.CONNECTED);
        try (TwoProxies proxies = new TwoProxies(false, slow);
                RespConnection node = proxies.sourceNode.connect()) {
            fill(node, 20_000);
            proxies.migrate();
            proxies.awaitCopying();
            proxies.destinationNode.kill();
            await().atMost(LIMIT).until(() -> !proxies.progress().error().isEmpty());

            assertThat(abort(proxies)).isEqualTo("OK");
            assertThat(proxies.progress().state()).isEqualTo(State.ABORTED);
            try (RespConnection client = proxies.connectToSource()) {
                assertThat(text(client.call("GET", KEY))).isEqualTo("value 3");
            }
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
            proxies.settle(SlotRanges.ALL, SlotRanges.NONE);

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

    /** Other proxies would take this one for dead if it let their commands wait for as long as they do. */
    @Test
    void commands_are_held_for_no_longer_than_half_of_the_time_limit_for_replies() {
        try (TwoProxies proxies = new TwoProxies(true, ProxyHarness.MIGRATIONS, 300);
                NodeRelay relay = new NodeRelay(proxies.sourceNode)) {
            proxies.sourceIsAt(relay.address());
            try (RespConnection client = proxies.connectToSource()) {
                // A reply to one who watches keys may take any time.
                assertThat(text(client.call("WATCH", KEY))).isEqualTo("OK");
                relay.holdBack("held-back");
                client.send("SET", KEY, "held-back");
                await().atMost(LIMIT).until(() -> relay.heldBack() > 0);
                proxies.migrate();

                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> proxies.progress().error().contains("commands were held"));
                assertThat(proxies.progress().error()).contains("held for 150 ms");

                relay.release();
                proxies.awaitSwitched();
            }
        }
    }

    private static long size(RespConnection node) {
        return Long.parseLong(text(node.call("DBSIZE")));
    }

    private static void record(RespConnection node, String hash, String record) {
        String write = "redis.call('select', 1) return redis.call('hset', KEYS[1], ARGV[1], ARGV[2])";
        node.call("EVAL", write, "1", "undermoon:" + hash, TwoProxies.MOVING.toString(), record);
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
