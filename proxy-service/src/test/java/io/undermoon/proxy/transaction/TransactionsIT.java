package io.undermoon.proxy.transaction;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionsIT {
    private RedisServerProcess redis;
    private ProxyHarness proxy;
    private RespConnection client;
    private RespConnection other;

    @BeforeEach
    void start() {
        redis = RedisServerProcess.start();
        proxy = ProxyHarness.start();
        proxy.serve(
                Map.of(redis.port(), SlotRanges.of(0, 16000)),
                Map.of(new ProxyAddress("10.1.2.3:5299"), SlotRanges.of(16001, 16383)));
        client = RespConnection.to(proxy.port());
        other = RespConnection.to(proxy.port());
    }

    @AfterEach
    void stop() {
        client.close();
        other.close();
        proxy.close();
        redis.close();
    }

    @Test
    void executes_what_was_queued_as_one() {
        assertThat(call("MULTI")).isEqualTo("OK");
        assertThat(call("SET", "{t}a", "1")).isEqualTo("QUEUED");
        assertThat(call("INCR", "{t}a")).isEqualTo("QUEUED");
        assertThat(call("PING")).isEqualTo("QUEUED");
        assertThat(call("LPUSH", "{t}a", "x")).isEqualTo("QUEUED");
        assertThat(other.call("EXISTS", "{t}a")).isEqualTo(new RespValue.Int(0));
        RespValue.Array replies = (RespValue.Array) client.call("EXEC");
        assertThat(replies.items()).hasSize(4);
        assertThat(text(replies.items().get(0))).isEqualTo("OK");
        assertThat(text(replies.items().get(1))).isEqualTo("2");
        assertThat(text(replies.items().get(2))).isEqualTo("PONG");
        assertThat(text(replies.items().get(3))).startsWith("WRONGTYPE");
        assertThat(call("GET", "{t}a")).isEqualTo("2");
    }

    @Test
    void a_whole_transaction_in_one_pipeline_keeps_its_place() {
        ByteBuf pipeline = Unpooled.buffer();
        for (int i = 0; i < 100; i++) {
            RespWriter.command(pipeline, List.of("INCR", "n"));
            RespWriter.command(pipeline, List.of("MULTI"));
            RespWriter.command(pipeline, List.of("INCR", "n"));
            RespWriter.command(pipeline, List.of("EXEC"));
            RespWriter.command(pipeline, List.of("INCR", "n"));
        }
        client.sendBytes(pipeline);
        for (int i = 0; i < 100; i++) {
            assertThat(text(client.receive())).isEqualTo(Integer.toString(3 * i + 1));
            assertThat(text(client.receive())).isEqualTo("OK");
            assertThat(text(client.receive())).isEqualTo("QUEUED");
            assertThat(client.receive()).isEqualTo(new RespValue.Array(List.of(new RespValue.Int(3L * i + 2))));
            assertThat(text(client.receive())).isEqualTo(Integer.toString(3 * i + 3));
        }
    }

    @Test
    void a_refused_command_aborts_the_transaction() {
        for (String[] refused : List.of(
                new String[] {"NOSUCH"},
                new String[] {"GET"},
                new String[] {"GET", "b"},
                new String[] {"GET", "key1600"},
                new String[] {"SHUTDOWN"},
                new String[] {"CLIENT", "LIST"})) {
            call("MULTI");
            assertThat(call("SET", "{t}a", "1")).isEqualTo("QUEUED");
            assertThat(call(refused)).matches("(ERR|CROSSSLOT|MOVED).*");
            assertThat(call("EXEC")).isEqualTo("EXECABORT Transaction discarded because of previous errors.");
            assertThat(call("EXISTS", "{t}a")).isEqualTo("0");
        }
        call("MULTI");
        assertThat(call("SAVE")).isEqualTo("ERR Command not allowed inside a transaction");
        assertThat(call("GET", keyMovedAway())).startsWith("MOVED ");
        assertThat(call("EXEC")).startsWith("EXECABORT");
    }

    @Test
    void has_the_errors_of_redis() {
        assertThat(call("EXEC")).isEqualTo("ERR EXEC without MULTI");
        assertThat(call("DISCARD")).isEqualTo("ERR DISCARD without MULTI");
        call("MULTI");
        assertThat(call("MULTI")).isEqualTo("ERR MULTI calls can not be nested");
        assertThat(call("WATCH", "a")).isEqualTo("ERR WATCH inside MULTI is not allowed");
        assertThat(client.call("EXEC")).isEqualTo(new RespValue.Array(List.of()));
        call("MULTI");
        call("SET", "a", "1");
        assertThat(call("DISCARD")).isEqualTo("OK");
        assertThat(call("EXISTS", "a")).isEqualTo("0");
    }

    @Test
    void a_watched_key_that_changes_makes_exec_answer_null() {
        assertThat(call("WATCH", "k")).isEqualTo("OK");
        assertThat(call("GET", "k")).isEqualTo(text(client.call("GET", "none")));
        other.call("SET", "k", "theirs");
        call("MULTI");
        call("SET", "k", "mine");
        assertThat(client.call("EXEC")).isEqualTo(RespValue.Null.ARRAY);
        assertThat(call("GET", "k")).isEqualTo("theirs");

        call("WATCH", "k");
        call("MULTI");
        call("SET", "k", "mine");
        assertThat(client.call("EXEC")).isInstanceOf(RespValue.Array.class);
        assertThat(call("GET", "k")).isEqualTo("mine");
    }

    @Test
    void a_transaction_is_in_the_slot_of_the_watched_keys() {
        call("WATCH", "a");
        call("MULTI");
        call("SET", "b", "1");
        assertThat(call("EXEC")).isEqualTo("CROSSSLOT Keys in request don't hash to the same slot");
        assertThat(call("EXISTS", "b")).isEqualTo("0");
    }

    @Test
    void unwatch_and_discard_forget_what_was_watched() {
        for (String forget : List.of("UNWATCH", "DISCARD")) {
            call("WATCH", "k");
            if (forget.equals("DISCARD")) {
                call("MULTI");
            }
            other.call("INCR", "k");
            assertThat(call(forget)).isEqualTo("OK");
            call("MULTI");
            call("SET", "k", "1");
            assertThat(client.call("EXEC")).isInstanceOf(RespValue.Array.class);
            assertThat(call("GET", "k")).isEqualTo("1");
        }
    }

    @Test
    void a_watch_does_not_survive_the_move_of_its_slot() {
        try (RedisServerProcess successor = RedisServerProcess.start()) {
            call("WATCH", "k");
            proxy.serveAllFrom(successor.port());
            call("MULTI");
            call("SET", "k", "mine");
            assertThat(client.call("EXEC")).isEqualTo(RespValue.Null.ARRAY);
            assertThat(call("EXISTS", "k")).isEqualTo("0");
        }
    }

    /** The owner of the slot has the watch, by way of the peer that was taken for the owner. */
    @Test
    void a_watch_at_a_peer_survives_news_of_who_has_the_slot() {
        try (ProxyHarness owner = ProxyHarness.start(1, TransactionsIT::active);
                ProxyHarness former = ProxyHarness.start(1, TransactionsIT::active);
                ProxyHarness behind = ProxyHarness.start(1, TransactionsIT::active);
                RespConnection remote = RespConnection.to(behind.port())) {
            SlotRanges some = SlotRanges.of(0, Slot.of("n"));
            SlotRanges others = SlotRanges.of(Slot.of("n") + 1, 16383);
            owner.serve(Map.of(redis.port(), some), Map.of(former.address(), others));
            former.serve(Map.of(), Map.of(owner.address(), some));
            for (boolean changed : new boolean[] {false, true}) {
                behind.serve(Map.of(), Map.of(former.address(), SlotRanges.ALL));
                assertThat(text(remote.call("WATCH", "n"))).isEqualTo("OK");
                behind.serve(Map.of(), Map.of(former.address(), others, owner.address(), some));
                if (changed) {
                    other.call("INCR", "n");
                }
                assertThat(exec(remote).equals(RespValue.Null.ARRAY)).isEqualTo(changed);
            }

            assertThat(text(remote.call("WATCH", "n"))).isEqualTo("OK");
            owner.serve(Map.of(), Map.of(former.address(), SlotRanges.ALL));
            assertThat(exec(remote)).isEqualTo(RespValue.Null.ARRAY);
        }
    }

    @Test
    void a_watch_does_not_survive_that_its_peer_leaves_the_cluster() {
        try (ProxyHarness owner = ProxyHarness.start(1, TransactionsIT::active);
                ProxyHarness first = ProxyHarness.start(1, TransactionsIT::active);
                RespConnection remote = RespConnection.to(first.port())) {
            owner.serveAllFrom(redis.port());
            first.serve(Map.of(), Map.of(owner.address(), SlotRanges.ALL));
            assertThat(text(remote.call("WATCH", "n"))).isEqualTo("OK");
            first.serveAllFrom(redis.port());
            assertThat(exec(remote)).isEqualTo(RespValue.Null.ARRAY);
        }
    }

    private static RespValue exec(RespConnection connection) {
        connection.call("MULTI");
        connection.call("SET", "n", "1");
        return connection.call("EXEC");
    }

    @Test
    void a_watch_that_fails_watches_nothing() {
        redis.freeze();
        client.send("WATCH", "k");
        await().until(() -> text(other.call("CLIENT", "LIST")).contains(" cmd=watch "));
        redis.kill();
        assertThat(text(client.receive())).matches("(ERR|CLUSTERDOWN) .*" + redis.address() + ".*");
        try (RedisServerProcess successor = RedisServerProcess.start()) {
            proxy.serveAllFrom(successor.port());
            assertThat(call("WATCH", "another slot")).isEqualTo("OK");
            call("MULTI");
            call("SET", "another slot", "1");
            assertThat(client.call("EXEC")).isInstanceOf(RespValue.Array.class);
        }
    }

    @Test
    void a_node_that_refuses_multi_does_not_execute_the_commands_one_by_one() {
        try (RespConnection node = redis.connect()) {
            // The first command of a client makes the user that its commands have at the node.
            assertThat(call("EXISTS", "{t}a")).isEqualTo("0");
            node.call("ACL", "SETUSER", "undermoon-clients", "-multi");
            for (String key : List.of("{t}a", "{t}b")) {
                assertThat(setInTransaction(key))
                        .startsWith("EXECABORT Transaction discarded because node " + redis.address()
                                + " refuses MULTI: NOPERM");
                assertThat(text(node.call("EXISTS", key))).isEqualTo("0");
            }
            call("WATCH", "{t}c");
            assertThat(setInTransaction("{t}c")).startsWith("EXECABORT");
            assertThat(text(node.call("EXISTS", "{t}c"))).isEqualTo("0");

            node.call("ACL", "SETUSER", "undermoon-clients", "+multi");
            assertThat(setInTransaction("{t}a")).isEqualTo("OK");

            // Redis does not end connections whose rights change; what happens then is said at least.
            node.call("ACL", "SETUSER", "undermoon-clients", "-multi");
            assertThat(setInTransaction("{t}d"))
                    .startsWith("ERR the node refused MULTI, so the commands were executed one by one: NOPERM");
            assertThat(setInTransaction("{t}e")).startsWith("EXECABORT");
        }
    }

    /** Redis refuses such a command when it is queued; the node gets it at EXEC only. */
    @Test
    void a_transaction_that_the_node_has_no_memory_for_is_not_executed() {
        try (RespConnection node = redis.connect()) {
            assertThat(call("SET", "{t}a", "1")).isEqualTo("OK");
            node.call("CONFIG", "SET", "maxmemory", "1");
            call("MULTI");
            assertThat(call("DEL", "{t}a")).isEqualTo("QUEUED");
            assertThat(call("SET", "{t}b", "2")).isEqualTo("QUEUED");
            assertThat(call("EXEC"))
                    .isEqualTo("EXECABORT Transaction discarded because of: OOM command not allowed when used memory >"
                            + " 'maxmemory'.");
            assertThat(text(node.call("GET", "{t}a")))
                    .as("nothing was executed")
                    .isEqualTo("1");

            call("MULTI");
            call("DEL", "{t}a");
            call("SET", "{t}b", "2");
            node.call("CONFIG", "SET", "maxmemory", "0");
            assertThat(client.call("EXEC"))
                    .as("there is room again")
                    .isEqualTo(new RespValue.Array(List.of(new RespValue.Int(1), new RespValue.Simple("OK"))));
        }
    }

    @Test
    void says_why_a_node_did_not_queue_a_command() {
        try (RespConnection node = redis.connect()) {
            node.call("CONFIG", "SET", "maxmemory", "1");
            String why = "EXECABORT Transaction discarded because of: OOM command not allowed when used memory >"
                    + " 'maxmemory'.";
            assertThat(setInTransaction("{t}a")).isEqualTo(why);
            call("WATCH", "{t}a");
            assertThat(setInTransaction("{t}a")).isEqualTo(why);
            node.call("CONFIG", "SET", "maxmemory", "0");
            assertThat(call("EXISTS", "{t}a")).isEqualTo("0");
            assertThat(setInTransaction("{t}a")).isEqualTo("OK");
        }
    }

    /** Sets a key in a transaction and returns the reply, or the error of the transaction. */
    private String setInTransaction(String key) {
        call("MULTI");
        call("SET", key, "1");
        RespValue reply = client.call("EXEC");
        return text(reply instanceof RespValue.Array replies ? replies.items().get(0) : reply);
    }

    @Test
    void reset_forgets_the_transaction_and_the_watch() {
        call("WATCH", "k");
        call("MULTI");
        call("SET", "k", "1");
        client.call("RESET");
        assertThat(call("EXEC")).isEqualTo("ERR EXEC without MULTI");
        other.call("SET", "k", "theirs");
        call("MULTI");
        call("SET", "k", "mine");
        assertThat(client.call("EXEC")).isInstanceOf(RespValue.Array.class);
    }

    @Test
    void with_active_redirection_a_transaction_keeps_its_place_at_the_peer() {
        try (ProxyHarness owner = ProxyHarness.start(1, TransactionsIT::active);
                ProxyHarness first = ProxyHarness.start(1, TransactionsIT::active);
                RespConnection remote = RespConnection.to(first.port())) {
            owner.serveAllFrom(redis.port());
            first.serve(Map.of(), Map.of(owner.address(), SlotRanges.ALL));
            ByteBuf pipeline = Unpooled.buffer();
            for (int i = 0; i < 200; i++) {
                RespWriter.command(pipeline, List.of("INCR", "n"));
                RespWriter.command(pipeline, List.of("MULTI"));
                RespWriter.command(pipeline, List.of("INCR", "n"));
                RespWriter.command(pipeline, List.of("EXEC"));
            }
            remote.sendBytes(pipeline);
            for (int i = 0; i < 200; i++) {
                assertThat(text(remote.receive())).isEqualTo(Integer.toString(2 * i + 1));
                assertThat(text(remote.receive())).isEqualTo("OK");
                assertThat(text(remote.receive())).isEqualTo("QUEUED");
                assertThat(remote.receive()).isEqualTo(new RespValue.Array(List.of(new RespValue.Int(2L * i + 2))));
            }
            assertThat(text(remote.call("WATCH", "n"))).isEqualTo("OK");
            assertThat(text(remote.call("GET", "n"))).isEqualTo("400");
            other.call("INCR", "n");
            remote.call("MULTI");
            remote.call("INCR", "n");
            assertThat(remote.call("EXEC")).isEqualTo(RespValue.Null.ARRAY);
        }
    }

    @Test
    void a_peer_that_knows_a_newer_owner_passes_a_transaction_on() {
        try (ProxyHarness owner = ProxyHarness.start(1, TransactionsIT::active);
                ProxyHarness former = ProxyHarness.start(1, TransactionsIT::active);
                ProxyHarness behind = ProxyHarness.start(1, TransactionsIT::active);
                RespConnection remote = RespConnection.to(behind.port())) {
            owner.serveAllFrom(redis.port());
            former.serve(Map.of(), Map.of(owner.address(), SlotRanges.ALL));
            behind.serve(Map.of(), Map.of(former.address(), SlotRanges.ALL));
            remote.call("MULTI");
            assertThat(text(remote.call("INCR", "n"))).isEqualTo("QUEUED");
            remote.call("INCR", "n");
            assertThat(remote.call("EXEC"))
                    .isEqualTo(new RespValue.Array(List.of(new RespValue.Int(1), new RespValue.Int(2))));
        }
    }

    @Test
    void proxies_that_take_each_other_for_the_owner_refuse_a_transaction_at_once() {
        try (ProxyHarness one = ProxyHarness.start(1, TransactionsIT::active);
                ProxyHarness two = ProxyHarness.start(1, TransactionsIT::active);
                RespConnection lost = RespConnection.to(one.port())) {
            one.serve(Map.of(), Map.of(two.address(), SlotRanges.ALL));
            two.serve(Map.of(), Map.of(one.address(), SlotRanges.ALL));
            lost.call("MULTI");
            lost.call("INCR", "n");
            assertThat(text(lost.call("EXEC"))).startsWith("EXECABORT");
            assertThat(text(lost.call("WATCH", "n"))).isEqualTo("ERR_TOO_MANY_REDIRECTIONS");
        }
    }

    @Test
    void optimistic_increments_of_many_clients_lose_nothing() throws InterruptedException {
        int clients = 4;
        int each = 100;
        Thread[] threads = new Thread[clients];
        for (int i = 0; i < clients; i++) {
            threads[i] = new Thread(() -> {
                try (RespConnection connection = RespConnection.to(proxy.port())) {
                    for (int done = 0; done < each; ) {
                        connection.send("WATCH", "n");
                        connection.send("GET", "n");
                        connection.receive();
                        RespValue now = connection.receive();
                        long value = now instanceof RespValue.Bulk bulk ? Long.parseLong(bulk.text()) : 0;
                        connection.send("MULTI");
                        connection.send("SET", "n", Long.toString(value + 1));
                        connection.send("EXEC");
                        connection.receive();
                        connection.receive();
                        if (connection.receive() instanceof RespValue.Array) {
                            done++;
                        }
                    }
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(call("GET", "n")).isEqualTo(Integer.toString(clients * each));
    }

    private static SessionSettings active(SessionSettings settings) {
        return new SessionSettings(true, settings.maxRedirections(), settings.maxPipeline(), false, "", 0);
    }

    private String call(String... arguments) {
        return text(client.call(arguments));
    }

    private static String keyMovedAway() {
        for (int i = 0; ; i++) {
            if (Slot.of("key" + i) > 16000) {
                return "key" + i;
            }
        }
    }
}
