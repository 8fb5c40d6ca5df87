package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.ClusterPipeline;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.resps.ScanResult;

/** Jedis as an application would use it: plain before proxies that redirect by themselves, and as a cluster client. */
class JedisIT {
    private static final int PIPELINE = 10_000;
    private static final int MAX_ATTEMPTS = 5;

    @AutoClose
    private static final TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);

    @BeforeEach
    void flush() {
        try (UnifiedJedis jedis = plain(RedisProtocol.RESP2)) {
            jedis.flushAll();
        }
    }

    @Test
    void plain_pipeline_of_ten_thousand() {
        for (RedisProtocol protocol : RedisProtocol.values()) {
            try (UnifiedJedis jedis = plain(protocol);
                    AbstractPipeline pipeline = jedis.pipelined()) {
                assertAnswered(pipeline, "p" + protocol);
            }
        }
    }

    @Test
    void cluster_pipeline_of_ten_thousand() {
        try (JedisCluster jedis = new JedisCluster(address(1));
                ClusterPipeline pipeline = jedis.pipelined()) {
            assertThat(jedis.getClusterNodes()).hasSize(2);
            assertAnswered(pipeline, "c");
            assertThat(jedis.get("c1")).isEqualTo("1");
        }
    }

    @Test
    void transactions() {
        try (UnifiedJedis jedis = plain(RedisProtocol.RESP3)) {
            for (String tag : List.of("a", "b", "c", "d")) {
                try (AbstractTransaction transaction = jedis.transaction(false)) {
                    transaction.watch("{" + tag + "}n");
                    transaction.multi();
                    Response<Long> first = transaction.incr("{" + tag + "}n");
                    Response<Long> second = transaction.incrBy("{" + tag + "}n", 2);
                    assertThat(transaction.exec()).containsExactly(1L, 3L);
                    assertThat(first.get()).isEqualTo(1);
                    assertThat(second.get()).isEqualTo(3);
                }
            }
        }
    }

    @Test
    void blocking() throws Exception {
        try (JedisCluster jedis = new JedisCluster(address(0));
                UnifiedJedis plain = plain(RedisProtocol.RESP2)) {
            for (String key : List.of("a", "b", "c", "d")) {
                CompletableFuture<List<String>> popped = CompletableFuture.supplyAsync(() -> jedis.blpop(20, key));
                plain.rpush(key, "x");
                assertThat(popped.get(30, TimeUnit.SECONDS)).containsExactly(key, "x");
            }
        }
    }

    @Test
    void publish_and_subscribe_through_different_proxies() throws Exception {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        JedisPubSub listener = new JedisPubSub() {
            @Override
            public void onMessage(String channel, String message) {
                messages.add(channel + "=" + message);
            }

            @Override
            public void onPMessage(String pattern, String channel, String message) {
                messages.add(pattern + ":" + channel + "=" + message);
            }
        };
        try (UnifiedJedis subscriber = plain(RedisProtocol.RESP2);
                JedisCluster publisher = new JedisCluster(address(1))) {
            CompletableFuture<Void> subscription =
                    CompletableFuture.runAsync(() -> subscriber.subscribe(listener, "news", "other"));
            await().atMost(30, TimeUnit.SECONDS).until(() -> listener.getSubscribedChannels() == 2);
            listener.psubscribe("ne*");
            await().atMost(30, TimeUnit.SECONDS).until(() -> listener.getSubscribedChannels() == 3);
            publisher.publish("other", "1");
            assertThat(messages.poll(30, TimeUnit.SECONDS)).isEqualTo("other=1");
            publisher.publish("news", "2");
            Set<String> both = new HashSet<>();
            both.add(messages.poll(30, TimeUnit.SECONDS));
            both.add(messages.poll(30, TimeUnit.SECONDS));
            assertThat(both).containsExactlyInAnyOrder("news=2", "ne*:news=2");
            listener.punsubscribe();
            listener.unsubscribe();
            subscription.get(30, TimeUnit.SECONDS);
            assertThat(messages).isEmpty();
        }
    }

    @Test
    void scan_sees_each_key_of_both_masters() {
        try (UnifiedJedis jedis = plain(RedisProtocol.RESP3)) {
            Set<String> expected = new HashSet<>();
            for (int i = 0; i < 1000; i++) {
                jedis.set("key" + i, "x");
                expected.add("key" + i);
            }
            List<String> seen = new ArrayList<>();
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> result =
                        jedis.scan(cursor, new ScanParams().match("key*").count(100));
                seen.addAll(result.getResult());
                cursor = result.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            assertThat(new HashSet<>(seen)).isEqualTo(expected);
            assertThat(jedis.dbSize()).isEqualTo(1000);
        }
    }

    /** As spring-data-redis pools: connections are tried when borrowed, when returned and while idle. */
    @Test
    void pool_that_tests_its_connections() throws Exception {
        GenericObjectPoolConfig<Jedis> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(4);
        config.setTestOnBorrow(true);
        config.setTestOnReturn(true);
        config.setTestOnCreate(true);
        config.setTestWhileIdle(true);
        config.setTimeBetweenEvictionRuns(Duration.ofMillis(20));
        List<CompletableFuture<Void>> users = new ArrayList<>();
        try (JedisPool pool =
                new JedisPool(config, "127.0.0.1", cluster.proxies.get(0).port())) {
            for (int i = 0; i < 8; i++) {
                int user = i;
                users.add(CompletableFuture.runAsync(() -> {
                    for (int j = 1; j <= 100; j++) {
                        try (Jedis jedis = pool.getResource()) {
                            assertThat(jedis.incr("user" + user)).isEqualTo(j);
                        }
                    }
                }));
            }
            for (CompletableFuture<Void> user : users) {
                user.get(60, TimeUnit.SECONDS);
            }
            assertThat(pool.getNumActive()).isZero();
            assertThat(pool.getCreatedCount()).isLessThanOrEqualTo(4);
            assertThat(pool.getDestroyedByBorrowValidationCount()).isZero();
        }
    }

    private static void assertAnswered(AbstractPipeline pipeline, String prefix) {
        List<Response<?>> responses = new ArrayList<>();
        for (int i = 0; i < PIPELINE / 2; i++) {
            responses.add(pipeline.set(prefix + i, Integer.toString(i)));
            responses.add(pipeline.get(prefix + i));
        }
        pipeline.sync();
        for (int i = 0; i < PIPELINE / 2; i++) {
            assertThat(responses.get(2 * i).get()).isEqualTo("OK");
            assertThat(responses.get(2 * i + 1).get()).isEqualTo(Integer.toString(i));
        }
    }

    /** A pool of connections to one proxy, by a constructor that old and new versions of the client have. */
    private static UnifiedJedis plain(RedisProtocol protocol) {
        JedisClientConfig config =
                DefaultJedisClientConfig.builder().protocol(protocol).build();
        return new UnifiedJedis(new PooledConnectionProvider(address(0), config), MAX_ATTEMPTS, Duration.ofSeconds(10));
    }

    private static HostAndPort address(int proxy) {
        return new HostAndPort("127.0.0.1", cluster.proxies.get(proxy).port());
    }
}
