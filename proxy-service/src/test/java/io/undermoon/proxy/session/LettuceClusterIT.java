package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.Replies;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What Lettuce's cluster client does beyond commands for the master of a slot. */
class LettuceClusterIT extends OpensResources {
    @Test
    void reads_from_the_replica_behind_another_proxy() {
        RedisServerProcess master = opened(RedisServerProcess.start());
        RedisServerProcess replica =
                opened(RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port())));
        ProxyHarness first = opened(ProxyHarness.start());
        ProxyHarness second = opened(ProxyHarness.start());
        first.serveAllWithReplica(master.port(), replica.port(), second.address());
        second.replicate(replica.port(), first.address());
        try (RespConnection direct = replica.connect()) {
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() ->
                            Replies.text(direct.call("INFO", "replication")).contains("master_link_status:up"));
        }
        RedisClusterClient client = client(first.address());
        StatefulRedisClusterConnection<String, String> connection = opened(client.connect());
        assertThat(client.getPartitions())
                .filteredOn(node -> node.is(RedisClusterNode.NodeFlag.REPLICA))
                .hasSize(1);
        connection.setReadFrom(ReadFrom.REPLICA);
        for (int i = 0; i < 50; i++) {
            String key = "k" + i;
            connection.sync().set(key, "v" + i);
            String value = "v" + i;
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> value.equals(connection.sync().get(key)));
        }
        assertThat(calls(replica, "get")).isGreaterThanOrEqualTo(50);
        assertThat(calls(master, "get")).isZero();
    }

    @Test
    void messages_come_once_whichever_proxy_they_are_published_at() throws Exception {
        TwoMasters cluster = opened(new TwoMasters(Layout.TWO_PROXIES));
        RedisClusterClient client = client(cluster.proxies.get(0).address());
        StatefulRedisClusterPubSubConnection<String, String> subscriber = opened(client.connectPubSub());
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        subscriber.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                messages.add(channel + "=" + message);
            }

            @Override
            public void smessage(String channel, String message) {
                messages.add(channel + "~" + message);
            }
        });
        subscriber.sync().subscribe("a", "b", "c");
        StatefulRedisClusterConnection<String, String> publisher = opened(client.connect());
        for (String channel : List.of("a", "b", "c")) {
            publisher.sync().publish(channel, "1");
            assertThat(messages.poll(30, TimeUnit.SECONDS)).isEqualTo(channel + "=1");
        }
        List<String> shardChannels = cluster.low.knows("SSUBSCRIBE") ? List.of("d", "e", "f") : List.of();
        for (String channel : shardChannels) {
            subscriber.sync().ssubscribe(channel);
            publisher.sync().spublish(channel, "2");
            assertThat(messages.poll(30, TimeUnit.SECONDS)).isEqualTo(channel + "~2");
        }
        assertThat(messages).isEmpty();
    }

    private static long calls(RedisServerProcess redis, String command) {
        try (RespConnection direct = redis.connect()) {
            return Replies.text(direct.call("INFO", "commandstats"))
                    .lines()
                    .filter(line -> line.startsWith("cmdstat_" + command + ":calls="))
                    .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=([0-9]+),.*", "$1")))
                    .sum();
        }
    }

    private RedisClusterClient client(ProxyAddress address) {
        RedisClusterClient client = opened(RedisClusterClient.create(RedisURI.create("redis://" + address)));
        return client;
    }
}
