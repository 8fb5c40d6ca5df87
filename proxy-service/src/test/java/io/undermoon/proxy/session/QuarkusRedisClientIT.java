package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.slot.Slot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The client behind {@code quarkus-redis-client}, as cluster client, on two proxies that answer {@code MOVED} for the
 * slots of the other.
 */
class QuarkusRedisClientIT extends OpensResources {
    private static final int SLOTS = 16_384;
    private static final int BATCH = 1024;

    private RedisConnection redis;

    @BeforeEach
    void connect() throws Exception {
        RedisServerProcess low = opened(RedisServerProcess.start());
        RedisServerProcess high = opened(RedisServerProcess.start());
        ProxyHarness first = opened(ProxyHarness.start());
        ProxyHarness second = opened(ProxyHarness.start());
        first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(second.address(), TwoMasters.HIGH));
        second.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
        Vertx vertx = Vertx.vertx();
        opened(() -> waitFor(vertx.close()));
        Redis client = Redis.createClient(
                vertx,
                new RedisOptions()
                        .setType(RedisClientType.CLUSTER)
                        .addConnectionString("redis://" + first.address())
                        .addConnectionString("redis://" + second.address()));
        opened(client::close);
        redis = waitFor(client.connect());
    }

    @Test
    void reads_and_writes_a_key_in_every_slot() throws Exception {
        List<String> keys = keyOfEverySlot();
        List<Request> sets = keys.stream()
                .map(key -> Request.cmd(Command.SET).arg(key).arg("v" + key))
                .toList();
        assertThat(batches(sets))
                .hasSize(SLOTS)
                .allMatch(reply -> reply.toString().equals("OK"));

        List<Request> gets =
                keys.stream().map(key -> Request.cmd(Command.GET).arg(key)).toList();
        assertThat(batches(gets).stream().map(Response::toString))
                .containsExactlyElementsOf(keys.stream().map("v"::concat).toList());
    }

    @Test
    void commands_with_keys_of_several_nodes_are_split_and_joined() throws Exception {
        Request mset = Request.cmd(Command.MSET);
        Request mget = Request.cmd(Command.MGET);
        Request del = Request.cmd(Command.DEL);
        IntStream.range(0, 100).forEach(i -> {
            mset.arg("k" + i).arg(i);
            mget.arg("k" + i);
            del.arg("k" + i);
        });
        assertThat(waitFor(redis.send(mset)).toString()).isEqualTo("OK");
        assertThat(waitFor(redis.send(mget)).stream().map(Response::toInteger))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 100).boxed().toList());
        assertThat(waitFor(redis.send(del)).toInteger()).isEqualTo(100);
    }

    @Test
    void counts_in_order() throws Exception {
        List<Request> increments = IntStream.range(0, 1000)
                .mapToObj(i -> Request.cmd(Command.INCR).arg("counter"))
                .toList();
        assertThat(waitFor(redis.batch(increments)).stream().map(Response::toInteger))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 1000).boxed().toList());
    }

    private static List<String> keyOfEverySlot() {
        String[] keys = new String[SLOTS];
        int found = 0;
        for (int i = 0; found < SLOTS; i++) {
            int slot = Slot.of("k" + i);
            if (keys[slot] == null) {
                keys[slot] = "k" + i;
                found++;
            }
        }
        return List.of(keys);
    }

    private List<Response> batches(List<Request> requests) throws Exception {
        List<Response> replies = new ArrayList<>();
        for (int from = 0; from < requests.size(); from += BATCH) {
            List<Future<Response>> sent = requests.subList(from, Math.min(from + BATCH, requests.size())).stream()
                    .map(redis::send)
                    .toList();
            for (Future<Response> reply : sent) {
                replies.add(waitFor(reply));
            }
        }
        return replies;
    }

    private static <T> T waitFor(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
