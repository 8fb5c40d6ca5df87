package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.slot.Slot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ReadMode;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** Client libraries that are used while slots move: applications see no error, and no write is lost. */
class ClientLibrariesIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int KEYS = 50;
    private static final int ROUNDS = 20;

    /** What an application does with a library. */
    private interface Library extends AutoCloseable {
        long increment(String key);

        @Override
        void close();
    }

    /** Counts with a library until it is ended; any error ends it. */
    private static final class Application extends Thread {
        private final String prefix;
        private final Library library;
        private final AtomicLong rounds = new AtomicLong();
        private volatile boolean ending;
        private volatile Throwable error;

        Application(String prefix, Library library) {
            super(prefix);
            this.prefix = prefix;
            this.library = library;
        }

        @Override
        public void run() {
            try (library) {
                while (!ending) {
                    long next = rounds.get() + 1;
                    for (int i = 0; i < KEYS; i++) {
                        assertThat(library.increment(prefix + ":" + i)).isEqualTo(next);
                    }
                    rounds.set(next);
                }
            } catch (Throwable e) {
                error = e;
            }
        }

        void check() {
            assertThat(error).as(prefix).isNull();
        }
    }

    @ParameterizedTest(name = "active redirection: {0}")
    @ValueSource(booleans = {false, true})
    void applications_see_no_error_while_slots_move(boolean active) throws InterruptedException {
        try (TwoProxies proxies = new TwoProxies(active);
                RespConnection node = proxies.sourceNode.connect()) {
            for (int i = 0; i < 10_000; i++) {
                node.send("SET", "filled-" + i, "x".repeat(100));
            }
            for (int i = 0; i < 10_000; i++) {
                node.receive();
            }
            int port = proxies.source.port();
            List<Application> applications = active
                    ? List.of(
                            new Application("jedis", jedis(port)),
                            new Application("lettuce", lettuce(port)),
                            new Application("redisson", redisson(port)),
                            new Application("jedis-cluster", jedisCluster(port)))
                    : List.of(
                            new Application("jedis-cluster", jedisCluster(port)),
                            new Application("lettuce-cluster", lettuceCluster(port)),
                            new Application("redisson-cluster", redissonCluster(port)));
            applications.forEach(Thread::start);
            awaitRounds(applications);

            proxies.migrate();
            proxies.awaitSwitched();
            awaitRounds(applications);
            proxies.commit();
            awaitRounds(applications);

            for (Application application : applications) {
                application.ending = true;
                application.join(LIMIT.toMillis());
                application.check();
                for (int i = 0; i < KEYS; i++) {
                    assertThat(valueOf(application.prefix + ":" + i, proxies))
                            .isEqualTo(Long.toString(application.rounds.get()));
                }
            }
        }
    }

    private static void awaitRounds(List<Application> applications) {
        for (Application application : applications) {
            long before = application.rounds.get();
            await().atMost(LIMIT).until(() -> application.error != null || application.rounds.get() > before + ROUNDS);
            application.check();
        }
    }

    private static String valueOf(String key, TwoProxies proxies) {
        boolean moved = TwoProxies.MOVING.contains(Slot.of(key));
        try (RespConnection owner = moved ? proxies.connectToDestination() : proxies.connectToSource()) {
            return text(owner.call("GET", key));
        }
    }

    private record With(ToLongFunction<String> counting, Runnable closing) implements Library {
        @Override
        public long increment(String key) {
            return counting.applyAsLong(key);
        }

        @Override
        public void close() {
            closing.run();
        }
    }

    private static Library jedis(int port) {
        PooledConnectionProvider connections = new PooledConnectionProvider(
                new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder().build());
        UnifiedJedis jedis = new UnifiedJedis(connections, 5, Duration.ofSeconds(10));
        return new With(jedis::incr, jedis::close);
    }

    private static Library jedisCluster(int port) {
        JedisCluster jedis = new JedisCluster(new HostAndPort("127.0.0.1", port));
        return new With(jedis::incr, jedis::close);
    }

    private static Library lettuce(int port) {
        RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", port));
        RedisCommands<String, String> commands = client.connect().sync();
        return new With(commands::incr, client::shutdown);
    }

    private static Library lettuceCluster(int port) {
        RedisClusterClient client = RedisClusterClient.create(RedisURI.create("127.0.0.1", port));
        RedisAdvancedClusterCommands<String, String> commands = client.connect().sync();
        return new With(commands::incr, client::shutdown);
    }

    private static Library redisson(int port) {
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useSingleServer().setAddress("redis://127.0.0.1:" + port).setConnectionMinimumIdleSize(1);
        return counting(Redisson.create(config));
    }

    private static Library redissonCluster(int port) {
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useClusterServers()
                .addNodeAddress("redis://127.0.0.1:" + port)
                .setReadMode(ReadMode.MASTER)
                .setMasterConnectionMinimumIdleSize(1);
        return counting(Redisson.create(config));
    }

    private static Library counting(RedissonClient client) {
        return new With(key -> client.getAtomicLong(key).incrementAndGet(), client::shutdown);
    }
}
