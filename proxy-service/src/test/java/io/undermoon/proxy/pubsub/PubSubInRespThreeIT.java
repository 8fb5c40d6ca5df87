package io.undermoon.proxy.pubsub;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages in RESP3 come as pushes, and who has subscribed may do all else meanwhile. */
class PubSubInRespThreeIT {
    @Test
    void replies_are_those_of_redis_byte_for_byte() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RedisServerProcess redis = RedisServerProcess.startVersion70();
                RespConnection client = cluster.connect().inRespThree();
                RespConnection direct = redis.connect().inRespThree()) {
            for (String command : List.of(
                    "UNSUBSCRIBE",
                    "PUNSUBSCRIBE x",
                    "SUBSCRIBE ch",
                    "PSUBSCRIBE p*",
                    "PING",
                    "PING x",
                    "GET none",
                    "HGETALL none",
                    "CLIENT GETNAME",
                    "MULTI",
                    "GET none",
                    "EXEC",
                    "BLPOP none 0.01",
                    "PUBSUB NUMSUB ch",
                    "UNSUBSCRIBE ch",
                    "PUNSUBSCRIBE",
                    "SSUBSCRIBE s",
                    "SUNSUBSCRIBE",
                    "SUBSCRIBE ch",
                    "HELLO 4",
                    "RESET",
                    "GET none")) {
                String[] words = command.split(" ");
                if (words[0].equals("SSUBSCRIBE") && !cluster.low.knows("SSUBSCRIBE")) {
                    continue;
                }
                assertThat(client.callForBytes(words)).as(command).isEqualTo(direct.callForBytes(words));
            }
        }
    }

    @Test
    void client_reply_suppresses_neither_confirmations_nor_messages() {
        try (RedisServerProcess redis = RedisServerProcess.startVersion70();
                TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection client = cluster.connect().inRespThree();
                RespConnection publisher = cluster.connect();
                RespConnection direct = redis.connect().inRespThree();
                RespConnection directPublisher = redis.connect()) {
            for (RespConnection each : List.of(client, direct)) {
                each.send("CLIENT", "REPLY", "OFF");
            }
            assertThat(client.callForBytes("SUBSCRIBE", "ch")).isEqualTo(direct.callForBytes("SUBSCRIBE", "ch"));
            publisher.call("PUBLISH", "ch", "m");
            directPublisher.call("PUBLISH", "ch", "m");
            assertThat(client.receive()).isEqualTo(direct.receive());
            for (RespConnection each : List.of(client, direct)) {
                each.send("PING");
            }
            assertThat(client.callForBytes("UNSUBSCRIBE", "ch")).isEqualTo(direct.callForBytes("UNSUBSCRIBE", "ch"));
        }
    }

    @Test
    void messages_are_pushes_in_resp3_and_arrays_in_resp2() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection three = cluster.connect().inRespThree();
                RespConnection two = cluster.connect();
                RespConnection publisher =
                        RespConnection.to(cluster.proxies.get(1).port())) {
            String big = "x".repeat(100_000);
            for (String channel : List.of("a", "b")) {
                three.call("SUBSCRIBE", channel);
                two.call("SUBSCRIBE", channel);
                for (String payload : List.of("m", big)) {
                    publisher.call("PUBLISH", channel, payload);
                    List<RespValue> items = List.of(
                            new RespValue.Bulk("message"), new RespValue.Bulk(channel), new RespValue.Bulk(payload));
                    assertThat(three.receive()).isEqualTo(new RespValue.Push(items));
                    assertThat(two.receive()).isEqualTo(new RespValue.Array(items));
                }
            }
            three.call("PSUBSCRIBE", "*");
            publisher.call("PUBLISH", "c", "m");
            assertThat(three.receive())
                    .isEqualTo(new RespValue.Push(List.of(
                            new RespValue.Bulk("pmessage"),
                            new RespValue.Bulk("*"),
                            new RespValue.Bulk("c"),
                            new RespValue.Bulk("m"))));
        }
    }

    @Test
    void messages_come_between_replies_and_while_a_command_blocks() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = cluster.connect().inRespThree();
                RespConnection other = cluster.connect()) {
            client.call("SUBSCRIBE", "ch");
            client.send("BLPOP", "list", "0");
            other.call("PUBLISH", "ch", "m");
            assertThat(client.receive()).isInstanceOf(RespValue.Push.class);
            other.call("RPUSH", "list", "x");
            assertThat(client.receive()).isInstanceOf(RespValue.Array.class);
            assertThat(text(client.call("SET", "k", "v"))).isEqualTo("OK");
        }
    }
}
