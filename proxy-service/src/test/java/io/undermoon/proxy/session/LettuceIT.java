package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.support.caching.CacheAccessor;
import io.lettuce.core.support.caching.CacheFrontend;
import io.lettuce.core.support.caching.ClientSideCaching;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Lettuce, which speaks RESP3 wherever it can, as an application would use it. */
class LettuceIT extends OpensResources {
    @Test
    void plain_client_with_active_redirection() throws Exception {
        TwoMasters cluster = opened(new TwoMasters(Layout.TWO_PROXIES));
        StatefulRedisConnection<String, String> connection =
                opened(plain(cluster).connect());
        RedisCommands<String, String> commands = connection.sync();
        assertThat(commands.clientList()).contains(" resp=3 ");
        commands.hset("h", Map.of("a", "1", "b", "2"));
        assertThat(commands.hgetall("h")).containsOnly(Map.entry("a", "1"), Map.entry("b", "2"));
        commands.zadd("z", 1.5, "a");
        commands.zadd("z", Double.POSITIVE_INFINITY, "b");
        assertThat(commands.zrangeWithScores("z", 0, -1))
                .containsExactly(ScoredValue.just(1.5, "a"), ScoredValue.just(Double.POSITIVE_INFINITY, "b"));
        assertThat(commands.zscore("z", "none")).isNull();
        commands.sadd("s", "x", "y");
        assertThat(commands.smembers("s")).containsExactlyInAnyOrder("x", "y");
        commands.mset(Map.of("k1", "1", "k2", "2", "k3", "3"));
        assertThat(commands.mget("k1", "none", "k2", "k3"))
                .extracting(value -> value.getValueOrElse("-"))
                .containsExactly("1", "-", "2", "3");
        commands.multi();
        commands.hgetall("h");
        commands.get("{h}none");
        assertThat(commands.exec()).hasSize(2);
        assertThat(commands.blpop(1, "none")).isNull();
        commands.rpush("list", "x");
        assertThat(commands.blpop(1, "list")).isEqualTo(KeyValue.just("list", "x"));
        assertThat(commands.configGet("*")).isNotEmpty();
        connection.setAutoFlushCommands(false);
        List<RedisFuture<Long>> futures = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            futures.add(connection.async().incr("n" + i % 7));
        }
        connection.flushCommands();
        for (int i = 0; i < futures.size(); i++) {
            assertThat(futures.get(i).get(20, TimeUnit.SECONDS)).isEqualTo(i / 7 + 1);
        }
    }

    @Test
    void cluster_client() {
        RedisServerProcess low = opened(RedisServerProcess.start());
        RedisServerProcess high = opened(RedisServerProcess.start());
        ProxyHarness first = opened(ProxyHarness.start());
        ProxyHarness second = opened(ProxyHarness.start());
        first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(second.address(), TwoMasters.HIGH));
        second.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
        RedisClusterClient client = opened(RedisClusterClient.create(uri(first.address())));
        StatefulRedisClusterConnection<String, String> connection = opened(client.connect());
        assertThat(client.getPartitions()).hasSize(2);
        RedisAdvancedClusterCommands<String, String> commands = connection.sync();
        for (int i = 0; i < 100; i++) {
            commands.hset("h" + i, "f", "v" + i);
            assertThat(commands.hgetall("h" + i)).containsOnly(Map.entry("f", "v" + i));
        }
        assertThat(commands.dbsize()).isEqualTo(100);
        assertThat(commands.keys("*")).hasSize(100);
    }

    @Test
    void client_side_caching() {
        TwoMasters cluster = opened(new TwoMasters(Layout.TWO_PROXIES));
        RedisClient client = plain(cluster);
        StatefulRedisConnection<String, String> connection = opened(client.connect());
        RedisCommands<String, String> other = opened(client.connect()).sync();
        Map<String, String> cache = new ConcurrentHashMap<>();
        CacheFrontend<String, String> frontend =
                ClientSideCaching.enable(CacheAccessor.forMap(cache), connection, TrackingArgs.Builder.enabled());
        for (String key : List.of("a", "b", "c", "d")) {
            other.set(key, "1");
            assertThat(frontend.get(key)).isEqualTo("1");
            assertThat(cache).containsEntry(key, "1");
            other.set(key, "2");
            await().atMost(30, TimeUnit.SECONDS).until(() -> "2".equals(frontend.get(key)));
        }
    }

    @Test
    void subscriptions() throws Exception {
        TwoMasters cluster = opened(new TwoMasters(Layout.TWO_PROXIES));
        RedisClient client = plain(cluster);
        StatefulRedisPubSubConnection<String, String> subscriber = opened(client.connectPubSub());
        RedisCommands<String, String> publisher = opened(client.connect()).sync();
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        subscriber.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                messages.add(channel + "=" + message);
            }
        });
        subscriber.sync().subscribe("a", "b");
        publisher.publish("a", "1");
        assertThat(messages.poll(20, TimeUnit.SECONDS)).isEqualTo("a=1");
        publisher.publish("b", "2");
        assertThat(messages.poll(20, TimeUnit.SECONDS)).isEqualTo("b=2");
        assertThat(subscriber.sync().ping()).isEqualTo("PONG");
    }

    private RedisClient plain(TwoMasters cluster) {
        RedisClient client =
                opened(RedisClient.create(uri(cluster.proxies.get(0).address())));
        client.setOptions(
                ClientOptions.builder().protocolVersion(ProtocolVersion.RESP3).build());
        return client;
    }

    private static RedisURI uri(ProxyAddress address) {
        return RedisURI.create("redis://" + address);
    }
}
