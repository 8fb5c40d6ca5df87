package io.undermoon.proxy.transaction;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.testing.NodeRelay;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import io.undermoon.umctl.SetCluster;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions over several slots, of which one proxy has the low and another one the high. */
class SplitTransactionIT {
    private static final String LOW = "{lo}";
    private static final String HIGH = "{hi}";

    private RedisServerProcess low;
    private RedisServerProcess high;
    private ProxyHarness proxy;
    private ProxyHarness peer;
    private RespConnection client;

    @BeforeEach
    void start() {
        assertThat(Slot.of(LOW)).isLessThanOrEqualTo(TwoMasters.LAST_LOW_SLOT);
        assertThat(Slot.of(HIGH)).isGreaterThan(TwoMasters.LAST_LOW_SLOT);
        low = RedisServerProcess.start();
        high = RedisServerProcess.start();
        proxy = ProxyHarness.start(1, SplitTransactionIT::splitting);
        peer = ProxyHarness.start(1, SplitTransactionIT::splitting);
        proxy.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(peer.address(), TwoMasters.HIGH));
        peer.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(proxy.address(), TwoMasters.LOW));
        client = RespConnection.to(proxy.port());
    }

    @AfterEach
    void stop() {
        client.close();
        proxy.close();
        peer.close();
        low.close();
        high.close();
    }

    private static SessionSettings splitting(SessionSettings settings) {
        return new SessionSettings(true, settings.maxRedirections(), settings.maxPipeline(), true, "", 0);
    }

    @Test
    void replies_come_in_the_order_of_the_commands() {
        assertThat(call("MULTI")).isEqualTo("OK");
        for (String command : List.of(
                "PING",
                "SET " + LOW + " 1",
                "SET " + HIGH + " a",
                "INCR " + LOW,
                "INCR " + HIGH,
                "ECHO e",
                "SET c 3",
                "GET " + LOW,
                "PUBLISH channel m")) {
            assertThat(call(command.split(" ", -1))).isEqualTo("QUEUED");
        }
        assertThat(exec())
                .containsExactly(
                        "PONG", "OK", "OK", "2", "ERR value is not an integer or out of range", "e", "OK", "2", "0");
        assertThat(call("MGET", LOW, HIGH, "c")).isEqualTo("[2, a, 3]");
    }

    @Test
    void each_key_sees_the_commands_of_a_pipeline_in_order() {
        int rounds = 100;
        ByteBuf pipeline = Unpooled.buffer();
        for (int i = 0; i < rounds; i++) {
            for (String command : List.of(
                    "INCR " + HIGH, "MULTI", "INCR " + LOW, "INCR " + HIGH, "INCR " + LOW, "EXEC", "INCR " + HIGH)) {
                RespWriter.command(pipeline, List.of(command.split(" ", -1)));
            }
        }
        client.sendBytes(pipeline);
        for (int i = 0; i < rounds; i++) {
            assertThat(text(client.receive())).isEqualTo("" + (3 * i + 1));
            for (String reply : List.of("OK", "QUEUED", "QUEUED", "QUEUED")) {
                assertThat(text(client.receive())).isEqualTo(reply);
            }
            assertThat(texts(client.receive())).containsExactly("" + (2 * i + 1), "" + (3 * i + 2), "" + (2 * i + 2));
            assertThat(text(client.receive())).isEqualTo("" + (3 * i + 3));
        }
    }

    @Test
    void a_slot_waits_for_the_one_before() {
        low.freeze();
        client.send("MULTI");
        client.send("SET", LOW, "1");
        client.send("SET", HIGH, "1");
        client.send("EXEC");
        try (RespConnection other = RespConnection.to(proxy.port());
                RespConnection node = high.connect()) {
            await().until(() -> text(other.call("CLIENT", "LIST")).contains(" cmd=exec "));
            assertThat(node.call("EXISTS", HIGH)).isEqualTo(new RespValue.Int(0));
        }
    }

    @Test
    void nothing_is_executed_while_one_of_the_slots_is_handed_over() {
        TaggedSlots moving = moveLow();
        call("MULTI");
        call("SET", HIGH, "1");
        call("SET", LOW, "1");
        call("GET", HIGH);
        proxy.topology().setOwnership(moving, SlotOwnership.HELD);
        client.send("EXEC");
        try (RespConnection other = RespConnection.to(proxy.port());
                RespConnection node = high.connect()) {
            await().until(() -> text(other.call("CLIENT", "LIST")).contains(" cmd=exec "));
            assertThat(node.call("EXISTS", HIGH)).isEqualTo(new RespValue.Int(0));
            proxy.topology().setOwnership(moving, SlotOwnership.LOCAL);
            assertThat(texts(client.receive())).containsExactly("OK", "OK", "1");
        }
    }

    @Test
    void a_slot_that_is_handed_over_while_another_one_is_carried_out_is_waited_for() {
        TaggedSlots moving = moveLow();
        call("MULTI");
        call("SET", HIGH, "1");
        call("SET", LOW, "1");
        call("GET", HIGH);
        high.freeze();
        client.send("EXEC");
        try (RespConnection other = RespConnection.to(proxy.port());
                RespConnection owner = low.connect()) {
            await().until(() -> text(other.call("CLIENT", "LIST")).contains(" cmd=exec "));
            proxy.topology().setOwnership(moving, SlotOwnership.HELD);
            high.unfreeze();
            await().until(() -> text(other.call("GET", HIGH)).equals("1"));
            assertThat(owner.call("EXISTS", LOW)).isEqualTo(new RespValue.Int(0));
            proxy.topology().setOwnership(moving, SlotOwnership.LOCAL);
            assertThat(texts(client.receive())).containsExactly("OK", "OK", "1");
        }
    }

    @Test
    void a_slot_that_has_got_another_path_waits_for_earlier_commands_on_the_old_one() {
        try (NodeRelay relay = new NodeRelay(low);
                RespConnection other = RespConnection.to(proxy.port())) {
            serveLowAt(HostPort.parse(relay.address()).port());
            // The first one waits until the nodes are known to accept transactions.
            setBoth(client, "1");
            client.receive();
            call("DEL", LOW);
            relay.holdBack("earlier");
            client.send("APPEND", LOW, "earlier,");
            await().until(() -> relay.heldBack() > 0);
            high.freeze();
            client.send("MULTI");
            client.send("SET", HIGH, "1");
            client.send("APPEND", LOW, "later");
            client.send("EXEC");
            await().until(() -> text(other.call("CLIENT", "LIST")).contains(" cmd=exec "));
            serveLowAt(low.port());
            high.unfreeze();
            other.call("GET", HIGH);
            assertThat(other.call("EXISTS", LOW)).isEqualTo(new RespValue.Int(0));

            relay.release();
            assertThat(text(client.receive())).isEqualTo("8");
            for (String reply : List.of("OK", "QUEUED", "QUEUED")) {
                assertThat(text(client.receive())).isEqualTo(reply);
            }
            assertThat(texts(client.receive())).containsExactly("OK", "13");
            assertThat(call("GET", LOW)).isEqualTo("earlier,later");
        }
    }

    private void serveLowAt(int port) {
        proxy.serve(Map.of(port, TwoMasters.LOW), Map.of(peer.address(), TwoMasters.HIGH));
    }

    /** Has the low slots move to the peer; they stay local until their ownership is set. */
    private TaggedSlots moveLow() {
        MigrationMeta move = new MigrationMeta(
                new Epoch(9),
                proxy.address(),
                new NodeAddress(low.address()),
                peer.address(),
                new NodeAddress(high.address()));
        TaggedSlots moving = new TaggedSlots(TwoMasters.LOW, new SlotState.Migrating(move));
        SetCluster now = proxy.topology().current().cluster();
        proxy.topology()
                .apply(new SetCluster(
                        new Epoch(9),
                        false,
                        now.clusterName(),
                        Map.of(new NodeAddress(low.address()), List.of(moving)),
                        now.peers(),
                        List.of(),
                        now.config(),
                        false));
        return moving;
    }

    @Test
    void a_slot_whose_owner_is_away_is_waited_for() {
        ProxyHarness doomed = ProxyHarness.start(1, SplitTransactionIT::splitting);
        doomed.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(proxy.address(), TwoMasters.LOW));
        try (ProxyHarness patient = ProxyHarness.start(1, SplitTransactionIT::patient);
                ProxyHarness successor = ProxyHarness.start(1, SplitTransactionIT::splitting);
                RespConnection waiting = RespConnection.to(patient.port())) {
            patient.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(doomed.address(), TwoMasters.HIGH));
            successor.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(patient.address(), TwoMasters.LOW));
            // The first one waits until the nodes are known to accept transactions.
            setBoth(waiting, "1");
            assertThat(texts(waiting.receive())).containsExactly("OK", "OK", "1");
            low.freeze();
            setBoth(waiting, "2");
            try (RespConnection other = RespConnection.to(patient.port())) {
                await().until(() -> text(other.call("CLIENT", "LIST")).contains(" cmd=exec "));
            }
            doomed.close();
            low.unfreeze();
            try (RespConnection owner = low.connect()) {
                await().until(() -> text(owner.call("GET", LOW)).equals("2"));
            }
            patient.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(successor.address(), TwoMasters.HIGH));
            assertThat(texts(waiting.receive())).containsExactly("OK", "OK", "2");
        }
    }

    /** Sends a transaction without waiting for its reply. */
    private static void setBoth(RespConnection connection, String value) {
        connection.call("MULTI");
        connection.call("SET", LOW, value);
        connection.call("SET", HIGH, value);
        connection.call("GET", HIGH);
        connection.send("EXEC");
    }

    private static SessionSettings patient(SessionSettings settings) {
        return new SessionSettings(true, settings.maxRedirections(), settings.maxPipeline(), true, "", 60_000);
    }

    @Test
    void what_follows_a_slot_that_fails_is_not_executed() {
        high.kill();
        call("MULTI");
        call("SET", LOW, "1");
        call("SET", HIGH, "1");
        call("SET", "c", "1");
        List<String> replies = exec();
        assertThat(replies).hasSize(3);
        assertThat(replies.get(0)).isEqualTo("OK");
        assertThat(replies.get(1)).matches("(CLUSTERDOWN|ERR) .*" + high.address() + ".*");
        assertThat(replies.get(2))
                .isEqualTo("EXECABORT not executed, because commands before it in another slot were not");
        assertThat(call("GET", LOW)).isEqualTo("1");
    }

    @Test
    void a_watched_key_that_changes_stops_all() {
        try (RespConnection other = RespConnection.to(peer.port())) {
            for (String watched : List.of(LOW, HIGH, "c")) {
                call("WATCH", watched);
                call("MULTI");
                call("APPEND", LOW, "x");
                call("APPEND", HIGH, "x");
                other.call("SET", watched, "theirs");
                assertThat(client.call("EXEC")).isEqualTo(RespValue.Null.ARRAY);
            }
            assertThat(call("MGET", LOW, HIGH, "c")).isEqualTo("[theirs, theirs, theirs]");
            call("WATCH", HIGH);
            call("MULTI");
            call("SET", LOW, "1");
            call("SET", HIGH, "2");
            call("GET", LOW);
            assertThat(exec()).containsExactly("OK", "OK", "1");
            other.call("SET", HIGH, "3");
            call("MULTI");
            call("SET", LOW, "4");
            call("GET", HIGH);
            assertThat(exec()).containsExactly("OK", "3");
        }
    }

    @Test
    void watched_keys_and_those_of_most_commands_are_in_one_slot() {
        call("WATCH", LOW);
        assertThat(call("WATCH", HIGH)).isEqualTo("CROSSSLOT Keys in request don't hash to the same slot");
        call("MULTI");
        assertThat(call("MGET", LOW, HIGH)).startsWith("CROSSSLOT");
        assertThat(call("EXEC")).startsWith("EXECABORT");
    }

    @Test
    void commands_with_several_keys_are_split_too() {
        call("MULTI");
        for (String command : List.of(
                "MSET " + LOW + " 1 " + HIGH + " 2 c 3",
                "INCR " + HIGH,
                "EXISTS " + LOW + " " + HIGH + " nothing",
                "DEL " + HIGH + " c",
                "EXISTS " + LOW + " c")) {
            assertThat(call(command.split(" ", -1))).isEqualTo("QUEUED");
        }
        assertThat(exec()).containsExactly("OK", "3", "2", "2", "1");
        call("MULTI");
        assertThat(call("MSET", LOW, "1", HIGH)).startsWith("ERR wrong number of arguments for 'mset' command");
        assertThat(call("EXEC")).startsWith("EXECABORT");
    }

    @Test
    void without_the_setting_a_transaction_has_one_slot() {
        try (TwoMasters cluster = new TwoMasters(TwoMasters.Layout.TWO_PROXIES);
                RespConnection plain = cluster.connect()) {
            plain.call("MULTI");
            plain.call("SET", LOW, "1");
            assertThat(text(plain.call("SET", HIGH, "1")))
                    .isEqualTo("CROSSSLOT Keys in request don't hash to the same slot");
            assertThat(text(plain.call("EXEC"))).startsWith("EXECABORT");
            plain.call("WATCH", LOW);
            plain.call("MULTI");
            plain.call("SET", HIGH, "1");
            assertThat(text(plain.call("EXEC"))).startsWith("CROSSSLOT");
        }
    }

    @Test
    void values_are_compressed_and_read_slot_by_slot() {
        proxy.configure("compression_strategy", "allow_all");
        peer.configure("compression_strategy", "allow_all");
        String value = "v".repeat(5000);
        try (RespConnection node = low.connect()) {
            await().until(() -> {
                call("SET", LOW, value);
                return Integer.parseInt(text(node.call("STRLEN", LOW))) < value.length();
            });
        }
        call("MULTI");
        call("SET", LOW, value);
        call("SET", HIGH, value);
        call("GET", HIGH);
        call("GET", LOW);
        assertThat(exec()).containsExactly("OK", "OK", value, value);
        try (RespConnection node = low.connect()) {
            assertThat(Integer.parseInt(text(node.call("STRLEN", LOW)))).isLessThan(value.length());
        }
    }

    private List<String> exec() {
        return texts(client.call("EXEC"));
    }

    private static List<String> texts(RespValue array) {
        assertThat(array).isInstanceOf(RespValue.Array.class);
        return ((RespValue.Array) array)
                .items().stream().map(item -> text(item)).toList();
    }

    private String call(String... arguments) {
        RespValue reply = client.call(arguments);
        return reply instanceof RespValue.Array ? texts(reply).toString() : text(reply);
    }
}
