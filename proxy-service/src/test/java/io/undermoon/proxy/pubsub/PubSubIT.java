package io.undermoon.proxy.pubsub;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two proxies, each with a node that owns half of the slots. */
class PubSubIT extends OpensResources {
    private static final SlotRanges LOW = SlotRanges.of(0, 8191);
    private static final SlotRanges HIGH = SlotRanges.of(8192, 16383);
    private static final String LOW_CHANNEL = channelIn(0, 8191);
    private static final String HIGH_CHANNEL = channelIn(8192, 16383);

    private RedisServerProcess low;
    private RedisServerProcess high;
    private ProxyHarness lowProxy;
    private ProxyHarness highProxy;

    @BeforeEach
    void start() {
        low = opened(RedisServerProcess.start());
        high = opened(RedisServerProcess.start());
        lowProxy = opened(ProxyHarness.start(2, settings -> settings));
        highProxy = opened(ProxyHarness.start());
        shareSlots();
    }

    @Test
    void every_subscriber_gets_every_message_once_and_in_order_whichever_proxy_it_uses() {
        List<RespConnection> byChannel = List.of(client(lowProxy), client(lowProxy), client(highProxy));
        List<RespConnection> byPattern = List.of(client(lowProxy), client(highProxy));
        for (RespConnection subscriber : byChannel) {
            assertThat(texts(subscriber.call("SUBSCRIBE", LOW_CHANNEL))).containsExactly("subscribe", LOW_CHANNEL, "1");
            assertThat(texts(subscriber.call("SUBSCRIBE", HIGH_CHANNEL)))
                    .containsExactly("subscribe", HIGH_CHANNEL, "2");
        }
        for (RespConnection subscriber : byPattern) {
            assertThat(texts(subscriber.call("PSUBSCRIBE", "ch*"))).containsExactly("psubscribe", "ch*", "1");
        }
        int count = 200;
        for (ProxyHarness proxy : List.of(lowProxy, highProxy)) {
            RespConnection publisher = client(proxy);
            for (int i = 0; i < count; i++) {
                assertThat(Integer.parseInt(text(publisher.call("PUBLISH", LOW_CHANNEL, "l" + i))))
                        .isPositive();
                publisher.call("PUBLISH", HIGH_CHANNEL, "h" + i);
            }
        }
        publishEnd();
        List<String> expectedLow =
                IntStream.range(0, 2 * count).mapToObj(i -> "l" + i % count).toList();
        List<String> expectedHigh =
                IntStream.range(0, 2 * count).mapToObj(i -> "h" + i % count).toList();
        for (RespConnection subscriber : byChannel) {
            List<List<String>> messages = messagesUntilEnd(subscriber);
            assertThat(payloads(messages, LOW_CHANNEL, 1)).isEqualTo(expectedLow);
            assertThat(payloads(messages, HIGH_CHANNEL, 1)).isEqualTo(expectedHigh);
        }
        for (RespConnection subscriber : byPattern) {
            List<List<String>> messages = messagesUntilEnd(subscriber);
            assertThat(payloads(messages, LOW_CHANNEL, 2)).isEqualTo(expectedLow);
            assertThat(payloads(messages, HIGH_CHANNEL, 2)).isEqualTo(expectedHigh);
        }
    }

    @Test
    void nothing_published_after_the_confirmation_is_missed() {
        RespConnection publisher = client(highProxy);
        RespConnection subscriber = client(lowProxy);
        for (int i = 0; i < 100; i++) {
            String channel = "early" + i;
            subscriber.call("SUBSCRIBE", channel);
            publisher.call("PUBLISH", channel, "m");
            assertThat(texts(subscriber.receive())).containsExactly("message", channel, "m");
        }
    }

    @Test
    void replies_are_those_of_redis() {
        try (RedisServerProcess version70 = RedisServerProcess.startVersion70();
                RespConnection direct = version70.connect();
                RespConnection viaProxy = RespConnection.to(lowProxy.port())) {
            List<List<String>> commands = List.of(
                    List.of("UNSUBSCRIBE"),
                    List.of("PUNSUBSCRIBE", "none"),
                    List.of("SUBSCRIBE"),
                    List.of("SUBSCRIBE", LOW_CHANNEL, HIGH_CHANNEL, LOW_CHANNEL),
                    List.of("PSUBSCRIBE", "a*", "b*"),
                    List.of("SSUBSCRIBE", LOW_CHANNEL),
                    List.of("GET", "k"),
                    List.of("CONFIG", "GET", "x"),
                    List.of("MULTI"),
                    List.of("PUBLISH", "a", "b"),
                    List.of("PING"),
                    List.of("PING", "text"),
                    List.of("UNSUBSCRIBE", HIGH_CHANNEL, "none"),
                    List.of("UNSUBSCRIBE"),
                    List.of("PUNSUBSCRIBE", "a*"),
                    List.of("PUNSUBSCRIBE"),
                    List.of("SUNSUBSCRIBE"),
                    List.of("PUBSUB", "NUMPAT"),
                    List.of("PUBSUB", "NUMSUB", "x", "y"),
                    List.of("PUBSUB", "CHANNELS"),
                    List.of("PUBSUB", "CHANNELS", "a", "b"),
                    List.of("PUBSUB", "NOSUCH"),
                    List.of("PUBSUB", "HELP"),
                    List.of("PING"));
            for (List<String> command : commands) {
                if (command.get(0).equals("SSUBSCRIBE") && !low.knows("SSUBSCRIBE")) {
                    continue;
                }
                String[] arguments = command.toArray(String[]::new);
                int replies = command.get(0).endsWith("SUBSCRIBE") ? Math.max(1, command.size() - 1) : 1;
                viaProxy.send(arguments);
                direct.send(arguments);
                for (int i = 0; i < replies; i++) {
                    assertThat(viaProxy.receive()).as("%s", command).isEqualTo(direct.receive());
                }
            }
        }
    }

    @Test
    void publishing_tells_how_many_clients_of_the_proxy_got_the_message() {
        RespConnection first = client(highProxy);
        RespConnection second = client(highProxy);
        RespConnection publisher = client(highProxy);
        for (String channel : List.of(LOW_CHANNEL, HIGH_CHANNEL)) {
            assertThat(text(publisher.call("PUBLISH", channel, "m"))).isEqualTo("0");
            first.call("SUBSCRIBE", channel);
            second.call("SUBSCRIBE", channel);
            second.call("PSUBSCRIBE", channel.charAt(0) + "*");
            client(lowProxy).call("SUBSCRIBE", channel);
            assertThat(text(publisher.call("PUBLISH", channel, "m"))).isEqualTo("3");
            assertThat(texts(first.receive())).containsExactly("message", channel, "m");
            second.receive();
            second.receive();
            first.call("UNSUBSCRIBE");
            assertThat(text(publisher.call("PUBLISH", channel, "m"))).isEqualTo("2");
            second.receive();
            second.receive();
            second.call("UNSUBSCRIBE");
            second.call("PUNSUBSCRIBE");
            assertThat(text(publisher.call("PUBLISH", channel, "m"))).isEqualTo("0");
        }
    }

    @Test
    void publishing_to_a_shard_channel_tells_how_many_clients_got_the_message() {
        low.assumeKnows("SSUBSCRIBE");
        client(highProxy).call("SSUBSCRIBE", HIGH_CHANNEL);
        client(highProxy).call("SSUBSCRIBE", HIGH_CHANNEL);
        assertThat(text(client(highProxy).call("SPUBLISH", HIGH_CHANNEL, "m"))).isEqualTo("2");
    }

    @Test
    void who_subscribes_to_what_the_node_does_not_know_disturbs_nobody() {
        try (RedisServerProcess old = RedisServerProcess.startWithout("SSUBSCRIBE", "SUNSUBSCRIBE");
                ProxyHarness proxy = ProxyHarness.start();
                RespConnection direct = old.connect()) {
            proxy.serveAllFrom(old.port());
            RespConnection subscriber = client(proxy);
            subscriber.call("SUBSCRIBE", "a");
            String connections =
                    text(direct.call("CLIENT", "LIST", "TYPE", "pubsub")).split(" ")[0];
            RespConnection client = client(proxy);
            for (int i = 0; i < 10; i++) {
                assertThat(text(client.call("SSUBSCRIBE", "s"))).startsWith("ERR unknown command");
                // The answer to it comes behind those to the commands that are refused.
                assertThat(texts(client.call("SUBSCRIBE", "b" + i))).contains("b" + i);
                client.call("UNSUBSCRIBE");
            }
            assertThat(text(direct.call("CLIENT", "LIST", "TYPE", "pubsub")))
                    .as("the connection of all subscriptions is still the same")
                    .startsWith(connections + " ");
        }
    }

    @Test
    void confirmations_keep_their_place_among_other_replies() {
        RespConnection client = client(lowProxy);
        client.send("SET", keyIn(LOW_CHANNEL), "v");
        client.send("SUBSCRIBE", HIGH_CHANNEL, LOW_CHANNEL);
        client.send("PING");
        client.send("GET", "k");
        client.send("UNSUBSCRIBE");
        client.send("GET", keyIn(LOW_CHANNEL));
        assertThat(text(client.receive())).isEqualTo("OK");
        assertThat(texts(client.receive())).containsExactly("subscribe", HIGH_CHANNEL, "1");
        assertThat(texts(client.receive())).containsExactly("subscribe", LOW_CHANNEL, "2");
        assertThat(texts(client.receive())).containsExactly("pong", "");
        assertThat(text(client.receive()))
                .isEqualTo("ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET"
                        + " are allowed in this context");
        assertThat(texts(client.receive())).containsExactly("unsubscribe", HIGH_CHANNEL, "1");
        assertThat(texts(client.receive())).containsExactly("unsubscribe", LOW_CHANNEL, "0");
        assertThat(text(client.receive())).isEqualTo("v");
    }

    @Test
    void a_publication_may_stand_in_a_transaction() {
        RespConnection subscriber = client(highProxy);
        subscriber.call("SUBSCRIBE", LOW_CHANNEL);
        RespConnection client = client(lowProxy);
        client.call("MULTI");
        assertThat(text(client.call("SET", keyIn(LOW_CHANNEL), "1"))).isEqualTo("QUEUED");
        assertThat(text(client.call("PUBLISH", LOW_CHANNEL, "m"))).isEqualTo("QUEUED");
        assertThat(texts(client.call("EXEC"))).containsExactly("OK", "1");
        assertThat(texts(subscriber.receive())).containsExactly("message", LOW_CHANNEL, "m");
        client.call("MULTI");
        assertThat(text(client.call("SUBSCRIBE", LOW_CHANNEL))).startsWith("ERR ");
        assertThat(text(client.call("EXEC"))).startsWith("EXECABORT");
    }

    @Test
    void shard_channels_are_redirected_unless_redirection_is_active() {
        low.assumeKnows("SSUBSCRIBE");
        RespConnection client = client(lowProxy);
        String moved = "MOVED " + Slot.of(HIGH_CHANNEL) + " " + highProxy.address();
        assertThat(text(client.call("SSUBSCRIBE", HIGH_CHANNEL))).isEqualTo(moved);
        assertThat(text(client.call("SPUBLISH", HIGH_CHANNEL, "m"))).isEqualTo(moved);
        assertThat(text(client.call("SSUBSCRIBE", HIGH_CHANNEL, LOW_CHANNEL))).startsWith("CROSSSLOT");
        assertThat(texts(client.call("SSUBSCRIBE", LOW_CHANNEL))).containsExactly("ssubscribe", LOW_CHANNEL, "1");
        assertThat(texts(client.call("SUBSCRIBE", LOW_CHANNEL))).containsExactly("subscribe", LOW_CHANNEL, "1");
        RespConnection publisher = client(lowProxy);
        publisher.call("SPUBLISH", LOW_CHANNEL, "sharded");
        assertThat(texts(client.receive())).containsExactly("smessage", LOW_CHANNEL, "sharded");
        publisher.call("PUBLISH", LOW_CHANNEL, "plain");
        assertThat(texts(client.receive())).containsExactly("message", LOW_CHANNEL, "plain");

        ProxyHarness active = opened(ProxyHarness.start(1, PubSubIT::redirecting));
        active.serve(Map.of(), Map.of(lowProxy.address(), LOW, highProxy.address(), HIGH));
        RespConnection any = client(active);
        assertThat(texts(any.call("SSUBSCRIBE", HIGH_CHANNEL))).containsExactly("ssubscribe", HIGH_CHANNEL, "1");
        assertThat(text(client(active).call("SPUBLISH", HIGH_CHANNEL, "m"))).isEqualTo("1");
        assertThat(texts(any.receive())).containsExactly("smessage", HIGH_CHANNEL, "m");
    }

    @Test
    void a_shard_channel_that_moves_away_is_ended_as_in_redis_cluster() {
        low.assumeKnows("SSUBSCRIBE");
        RespConnection client = client(lowProxy);
        client.call("SSUBSCRIBE", LOW_CHANNEL);
        client.call("SUBSCRIBE", LOW_CHANNEL);
        moveAllToHigh();
        assertThat(texts(client.receive())).containsExactly("sunsubscribe", LOW_CHANNEL, "0");
        assertThat(texts(client.call("SUBSCRIBE", LOW_CHANNEL))).containsExactly("subscribe", LOW_CHANNEL, "1");
    }

    @Test
    void subscriptions_follow_their_slot() {
        List<RespConnection> subscribers = List.of(client(lowProxy), client(highProxy), client(highProxy));
        subscribers.get(0).call("SUBSCRIBE", LOW_CHANNEL);
        subscribers.get(1).call("SUBSCRIBE", LOW_CHANNEL);
        subscribers.get(2).call("PSUBSCRIBE", "ch*");
        for (int round = 0; round < 3; round++) {
            moveAllToHigh();
            awaitSubscribers(low, LOW_CHANNEL, 0);
            awaitSubscribers(high, LOW_CHANNEL, 2);
            publishToAll(subscribers, "high" + round);
            shareSlots();
            awaitSubscribers(high, LOW_CHANNEL, 0);
            awaitSubscribers(low, LOW_CHANNEL, 2);
            publishToAll(subscribers, "low" + round);
        }
    }

    @Test
    void what_replicas_repeat_is_not_delivered_twice() {
        RespConnection byChannel = client(highProxy);
        RespConnection byPattern = client(lowProxy);
        byChannel.call("SUBSCRIBE", LOW_CHANNEL);
        byPattern.call("PSUBSCRIBE", "ch*");
        try (RespConnection direct = low.connect()) {
            direct.call("REPLICAOF", "127.0.0.1", Integer.toString(high.port()));
            await().until(() -> text(direct.call("INFO", "replication")).contains("master_link_status:up"));
        }
        // The low proxy has not heard of it yet and passes on what its node, now a replica, repeats.
        highProxy.serve(Map.of(high.port(), SlotRanges.ALL), Map.of());
        awaitSubscribers(high, LOW_CHANNEL, 1);
        for (int i = 0; i < 100; i++) {
            client(highProxy).call("PUBLISH", LOW_CHANNEL, "m" + i);
        }
        // Both ways to the low proxy are empty when the first round is read up to an end on each of them.
        client(highProxy).call("PUBLISH", LOW_CHANNEL, "end");
        client(highProxy).call("PUBLISH", HIGH_CHANNEL, "end");
        List<String> expected = IntStream.range(0, 200).mapToObj(i -> "m" + i).toList();
        assertThat(payloads(messagesUntilEnd(byPattern, 2), LOW_CHANNEL, 2)).isEqualTo(expected.subList(0, 100));

        lowProxy.serve(Map.of(), Map.of(highProxy.address(), SlotRanges.ALL));
        awaitPattern(low, 0);
        for (int i = 100; i < 200; i++) {
            client(highProxy).call("PUBLISH", LOW_CHANNEL, "m" + i);
        }
        client(highProxy).call("PUBLISH", LOW_CHANNEL, "end");
        assertThat(payloads(messagesUntilEnd(byChannel, 2), LOW_CHANNEL, 1)).isEqualTo(expected);
        assertThat(payloads(messagesUntilEnd(byPattern, 1), LOW_CHANNEL, 2)).isEqualTo(expected.subList(100, 200));
    }

    @Test
    void subscriptions_survive_the_death_of_the_node() {
        List<RespConnection> subscribers = List.of(client(lowProxy), client(highProxy), client(highProxy));
        subscribers.get(0).call("SUBSCRIBE", LOW_CHANNEL);
        subscribers.get(1).call("SUBSCRIBE", LOW_CHANNEL);
        subscribers.get(2).call("PSUBSCRIBE", "ch*");
        low.kill();
        low.restart();
        awaitSubscribers(low, LOW_CHANNEL, 2);
        awaitPattern(low, 1);
        publishToAll(subscribers, "again");
    }

    @Test
    void subscriptions_survive_the_death_of_the_peer() throws Exception {
        RespConnection subscriber = client(highProxy);
        subscriber.call("SUBSCRIBE", LOW_CHANNEL);
        subscriber.call("PSUBSCRIBE", "ch*");
        close(lowProxy);
        lowProxy = opened(new ProxyHarness(lowProxy.port(), 1, Transport.best(), settings -> settings));
        awaitSubscribers(low, LOW_CHANNEL, 0);
        lowProxy.serve(Map.of(low.port(), LOW), Map.of(highProxy.address(), HIGH));
        awaitSubscribers(low, LOW_CHANNEL, 1);
        awaitPattern(low, 1);
        client(highProxy).call("PUBLISH", LOW_CHANNEL, "again");
        assertThat(List.of(texts(subscriber.receive()), texts(subscriber.receive())))
                .containsExactlyInAnyOrder(
                        List.of("message", LOW_CHANNEL, "again"), List.of("pmessage", "ch*", LOW_CHANNEL, "again"));
    }

    @Test
    void a_dead_node_does_not_hold_up_the_messages_of_the_others_behind_the_same_proxy() {
        RedisServerProcess third = opened(RedisServerProcess.start());
        SlotRanges middle = SlotRanges.of(4096, 8191);
        String thirdChannel = channelIn(4096, 8191);
        String firstChannel = channelIn(0, 4095);
        lowProxy.serve(
                Map.of(low.port(), SlotRanges.of(0, 4095), third.port(), middle), Map.of(highProxy.address(), HIGH));
        RespConnection subscriber = client(highProxy);
        subscriber.call("SUBSCRIBE", firstChannel);
        third.kill();
        RespConnection waiting = client(highProxy);
        waiting.send("SUBSCRIBE", thirdChannel);
        RespConnection publisher = client(highProxy);
        long begin = System.nanoTime();
        int messages = 0;
        while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(4)) {
            publisher.call("PUBLISH", firstChannel, "m");
            assertThat(texts(subscriber.receive())).containsExactly("message", firstChannel, "m");
            messages++;
        }
        // If any had waited for the node, or for its reconnecting, there would be a few.
        assertThat(messages).isGreaterThan(50);
        assertThat(text(waiting.receive())).startsWith("CLUSTERDOWN");
    }

    @Test
    void random_subscribing_and_unsubscribing_ends_where_it_should() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<RespConnection> clients =
                List.of(client(lowProxy), client(lowProxy), client(lowProxy), client(highProxy), client(highProxy));
        List<Set<String>> model = new ArrayList<>();
        for (RespConnection client : clients) {
            client.call("SUBSCRIBE", "always");
            model.add(new TreeSet<>());
        }
        for (int step = 0; step < 2000; step++) {
            int who = random.nextInt(clients.size());
            String channel = "ch" + random.nextInt(6);
            boolean joins = random.nextBoolean();
            if (joins ? model.get(who).add(channel) : model.get(who).remove(channel)) {
                clients.get(who).send(joins ? "SUBSCRIBE" : "UNSUBSCRIBE", channel);
            }
        }
        for (RespConnection client : clients) {
            client.send("PING", "settled");
            for (List<String> reply = texts(client.receive());
                    !reply.equals(List.of("pong", "settled"));
                    reply = texts(client.receive())) {
                assertThat(reply).as("seed %d", seed).hasSizeBetween(2, 3);
            }
        }
        for (int i = 0; i < 6; i++) {
            client(i % 2 == 0 ? lowProxy : highProxy).call("PUBLISH", "ch" + i, "m");
        }
        for (int who = 0; who < clients.size(); who++) {
            Set<String> got = new TreeSet<>();
            for (int i = 0; i < model.get(who).size(); i++) {
                assertThat(got.add(texts(clients.get(who).receive()).get(1)))
                        .as("seed %d", seed)
                        .isTrue();
            }
            assertThat(got).as("seed %d", seed).isEqualTo(model.get(who));
        }
    }

    @Test
    void a_node_that_cannot_be_reached_is_told_of() {
        high.kill();
        RespConnection client = client(highProxy);
        assertThat(text(client.call("SUBSCRIBE", HIGH_CHANNEL))).startsWith("CLUSTERDOWN");
        assertThat(text(client.call("GET", LOW_CHANNEL))).doesNotContain("allowed in this context");
        assertThat(texts(client.call("SUBSCRIBE", LOW_CHANNEL))).containsExactly("subscribe", LOW_CHANNEL, "1");
    }

    @Test
    void what_nobody_listens_to_any_more_is_unsubscribed_at_the_node() {
        RespConnection stays = client(highProxy);
        stays.call("SUBSCRIBE", LOW_CHANNEL);
        try (RespConnection leaves = RespConnection.to(lowProxy.port());
                RespConnection leavesToo = RespConnection.to(highProxy.port())) {
            leaves.call("SUBSCRIBE", LOW_CHANNEL);
            leaves.call("SUBSCRIBE", HIGH_CHANNEL);
            leavesToo.call("SUBSCRIBE", LOW_CHANNEL);
            leavesToo.call("PSUBSCRIBE", "x*");
            awaitSubscribers(low, LOW_CHANNEL, 2);
            awaitSubscribers(high, HIGH_CHANNEL, 1);
            awaitPattern(low, 1);
        }
        awaitSubscribers(low, LOW_CHANNEL, 1);
        awaitSubscribers(high, HIGH_CHANNEL, 0);
        awaitPattern(low, 0);
        stays.call("UNSUBSCRIBE", LOW_CHANNEL);
        awaitSubscribers(low, LOW_CHANNEL, 0);
    }

    @Test
    void a_peer_is_served_from_the_own_nodes_only() {
        RespConnection peer = client(lowProxy);
        assertThat(text(peer.call("UMFORWARD", "0", "SUBSCRIBE", HIGH_CHANNEL))).startsWith("MOVED ");
        assertThat(texts(peer.call("UMFORWARD", "0", "PSUBSCRIBE", "ch*"))).containsExactly("psubscribe", "ch*", "1");
        assertThat(text(peer.call("SUBSCRIBE", LOW_CHANNEL))).startsWith("ERR forwarded subscriptions");
        RespConnection publisher = client(lowProxy);
        publisher.call("PUBLISH", HIGH_CHANNEL, "not here");
        publisher.call("PUBLISH", LOW_CHANNEL, "here");
        assertThat(texts(peer.receive())).containsExactly("pmessage", "ch*", LOW_CHANNEL, "here");
        awaitPattern(high, 0);
    }

    @Test
    void notifications_of_keys_come_from_every_node() {
        for (RedisServerProcess redis : List.of(low, high)) {
            try (RespConnection direct = redis.connect()) {
                direct.call("CONFIG", "SET", "notify-keyspace-events", "KEA");
            }
        }
        RespConnection byChannel = client(lowProxy);
        RespConnection byPattern = client(highProxy);
        byChannel.call("SUBSCRIBE", "__keyevent@0__:set");
        byPattern.call("PSUBSCRIBE", "__keyevent@*__:set");
        client(lowProxy).call("SET", LOW_CHANNEL, "v");
        client(highProxy).call("SET", HIGH_CHANNEL, "v");
        assertThat(List.of(
                        texts(byChannel.receive()).get(2),
                        texts(byChannel.receive()).get(2)))
                .containsExactlyInAnyOrder(LOW_CHANNEL, HIGH_CHANNEL);
        assertThat(List.of(
                        texts(byPattern.receive()).get(3),
                        texts(byPattern.receive()).get(3)))
                .containsExactlyInAnyOrder(LOW_CHANNEL, HIGH_CHANNEL);
    }

    @Test
    void a_subscriber_that_does_not_read_is_cut_off_and_others_are_not() {
        RespConnection slow = client(highProxy);
        RespConnection fast = client(highProxy);
        slow.call("SUBSCRIBE", HIGH_CHANNEL);
        fast.call("SUBSCRIBE", HIGH_CHANNEL);
        String megabyte = "x".repeat(1 << 20);
        RespConnection publisher = client(highProxy);
        for (int i = 0; i < 48; i++) {
            publisher.call("PUBLISH", HIGH_CHANNEL, megabyte);
            assertThat(texts(fast.receive()).get(2)).hasSize(1 << 20);
        }
        RespConnection asking = client(highProxy);
        await().untilAsserted(() ->
                assertThat(texts(asking.call("PUBSUB", "NUMSUB", HIGH_CHANNEL))).containsExactly(HIGH_CHANNEL, "1"));
    }

    @Test
    void tells_of_the_subscriptions_of_its_own_clients() {
        RespConnection one = client(lowProxy);
        RespConnection two = client(lowProxy);
        one.send("SUBSCRIBE", "a1", "a2", "B1");
        two.send("SUBSCRIBE", "a1");
        RespConnection pattern = client(lowProxy);
        pattern.call("PSUBSCRIBE", "x*");
        for (int i = 0; i < 3; i++) {
            one.receive();
        }
        two.receive();
        RespConnection asking = client(lowProxy);
        assertThat(texts(asking.call("PUBSUB", "CHANNELS"))).containsExactlyInAnyOrder("a1", "a2", "B1");
        assertThat(texts(asking.call("PUBSUB", "CHANNELS", "a*"))).containsExactlyInAnyOrder("a1", "a2");
        assertThat(texts(asking.call("PUBSUB", "CHANNELS", "b?"))).isEmpty();
        assertThat(texts(asking.call("PUBSUB", "NUMSUB", "a1", "a2", "none")))
                .containsExactly("a1", "2", "a2", "1", "none", "0");
        assertThat(text(asking.call("PUBSUB", "NUMPAT"))).isEqualTo("1");
        assertThat(texts(client(highProxy).call("PUBSUB", "CHANNELS"))).isEmpty();
    }

    private static SessionSettings redirecting(SessionSettings settings) {
        return new SessionSettings(
                true, settings.maxRedirections(), settings.maxPipeline(), false, settings.redirectUnassigned(), 0);
    }

    private void shareSlots() {
        lowProxy.serve(Map.of(low.port(), LOW), Map.of(highProxy.address(), HIGH));
        highProxy.serve(Map.of(high.port(), HIGH), Map.of(lowProxy.address(), LOW));
    }

    private void moveAllToHigh() {
        highProxy.serve(Map.of(high.port(), SlotRanges.ALL), Map.of());
        lowProxy.serve(Map.of(), Map.of(highProxy.address(), SlotRanges.ALL));
    }

    private void publishToAll(List<RespConnection> subscribers, String message) {
        client(lowProxy).call("PUBLISH", LOW_CHANNEL, message);
        client(highProxy).call("PUBLISH", LOW_CHANNEL, message + "'");
        for (RespConnection subscriber : subscribers) {
            assertThat(texts(subscriber.receive())).endsWith(LOW_CHANNEL, message);
            assertThat(texts(subscriber.receive())).endsWith(LOW_CHANNEL, message + "'");
        }
    }

    private void publishEnd() {
        RespConnection publisher = client(lowProxy);
        publisher.call("PUBLISH", LOW_CHANNEL, "end");
        publisher.call("PUBLISH", HIGH_CHANNEL, "end");
    }

    private static List<List<String>> messagesUntilEnd(RespConnection subscriber) {
        return messagesUntilEnd(subscriber, 2);
    }

    private static List<List<String>> messagesUntilEnd(RespConnection subscriber, int ends) {
        List<List<String>> messages = new ArrayList<>();
        for (int left = ends; left > 0; ) {
            List<String> message = texts(subscriber.receive());
            if (message.get(message.size() - 1).equals("end")) {
                left--;
            } else {
                messages.add(message);
            }
        }
        return messages;
    }

    private static List<String> payloads(List<List<String>> messages, String channel, int channelAt) {
        return messages.stream()
                .filter(message -> message.get(channelAt).equals(channel))
                .map(message -> message.get(channelAt + 1))
                .toList();
    }

    private static void awaitSubscribers(RedisServerProcess redis, String channel, int count) {
        try (RespConnection direct = redis.connect()) {
            await().untilAsserted(() -> assertThat(texts(direct.call("PUBSUB", "NUMSUB", channel)))
                    .containsExactly(channel, Integer.toString(count)));
        }
    }

    /** Waits until so many connections of proxies have subscribed to patterns. */
    private static void awaitPattern(RedisServerProcess redis, int connections) {
        try (RespConnection direct = redis.connect()) {
            await().untilAsserted(() -> assertThat(text(direct.call("CLIENT", "LIST", "TYPE", "pubsub"))
                            .lines()
                            .filter(line -> !line.contains(" psub=0 "))
                            .count())
                    .isEqualTo(connections));
        }
    }

    private RespConnection client(ProxyHarness proxy) {
        return opened(RespConnection.to(proxy.port()));
    }

    private static List<String> texts(RespValue value) {
        return ((RespValue.Array) value)
                .items().stream().map(item -> text(item)).toList();
    }

    private static String keyIn(String channel) {
        return "{" + channel + "}key";
    }

    private static String channelIn(int from, int to) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "ch" + i)
                .filter(name -> Slot.of(name) >= from && Slot.of(name) <= to)
                .findFirst()
                .orElseThrow();
    }
}
