package io.undermoon.system.testing;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ReadMode;
import org.redisson.config.SubscriptionMode;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisCluster;

/** The Java clients people use, set up for a cluster as their documentation says. */
public final class StringClients {
    private static final String HOST = "127.0.0.1";

    private StringClients() {}

    public static StringClient jedis(int port) {
        JedisCluster jedis = new JedisCluster(new HostAndPort(HOST, port));
        return new StringClient() {
            @Override
            public void set(String key, String value) {
                jedis.set(key, value);
            }

            @Override
            public @Nullable String get(String key) {
                return jedis.get(key);
            }

            @Override
            public void close() {
                jedis.close();
            }
        };
    }

    public static StringClient lettuce(int port) {
        RedisClusterClient client = RedisClusterClient.create(RedisURI.create(HOST, port));
        client.setOptions(ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enableAllAdaptiveRefreshTriggers()
                        .enablePeriodicRefresh(Duration.ofSeconds(2))
                        .build())
                .build());
        RedisAdvancedClusterCommands<String, String> commands = client.connect().sync();
        return new StringClient() {
            @Override
            public void set(String key, String value) {
                commands.set(key, value);
            }

            @Override
            public @Nullable String get(String key) {
                return commands.get(key);
            }

            @Override
            public void close() {
                client.shutdown();
            }
        };
    }

    public static StringClient redisson(int port) {
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useClusterServers()
                .addNodeAddress("redis://" + HOST + ":" + port)
                .setReadMode(ReadMode.MASTER)
                .setSubscriptionMode(SubscriptionMode.MASTER)
                .setScanInterval(1000)
                .setMasterConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(0);
        RedissonClient client = Redisson.create(config);
        return new StringClient() {
            @Override
            public void set(String key, String value) {
                client.getBucket(key).set(value);
            }

            @Override
            public @Nullable String get(String key) {
                return client.<String>getBucket(key).get();
            }

            @Override
            public void close() {
                client.shutdown();
            }
        };
    }
}
