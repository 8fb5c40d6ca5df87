package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.Redisson;
import org.redisson.api.RBatch;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RLock;
import org.redisson.api.RMap;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.ReadMode;
import org.redisson.config.SubscriptionMode;

/** Redisson, which is scripts, publish and subscribe below a surface of collections and locks. */
@Timeout(90)
class RedissonIT {
    @AutoClose
    private static final TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);

    @Test
    void in_cluster_mode() throws InterruptedException {
        // Redisson asks the proxy, which has not asked its nodes here, whether there are shard channels.
        cluster.low.assumeKnows("SSUBSCRIBE");
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useClusterServers()
                .addNodeAddress(address(0))
                .setReadMode(ReadMode.MASTER)
                .setSubscriptionMode(SubscriptionMode.MASTER)
                .setMasterConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(1);
        use(config, "cluster");
    }

    @Test
    void as_a_plain_client() throws InterruptedException {
        Config config = new Config().setCodec(StringCodec.INSTANCE);
        config.useSingleServer().setAddress(address(1)).setConnectionMinimumIdleSize(1);
        use(config, "plain");
    }

    private static void use(Config config, String prefix) throws InterruptedException {
        RedissonClient client = Redisson.create(config);
        RedissonClient other = Redisson.create(config);
        try {
            for (int i = 0; i < 20; i++) {
                client.getBucket(prefix + ":bucket:" + i).set("v" + i);
                assertThat(other.getBucket(prefix + ":bucket:" + i).get()).isEqualTo("v" + i);
                RMap<String, String> map = client.getMap(prefix + ":map:" + i);
                assertThat(map.put("a", "1")).isNull();
                assertThat(map.put("a", "2")).isEqualTo("1");
                assertThat(map.fastPutIfAbsent("b", "3")).isTrue();
                assertThat(map.readAllMap()).containsEntry("a", "2").containsEntry("b", "3");
            }
            RBatch batch = client.createBatch();
            for (int i = 0; i < 1000; i++) {
                batch.getAtomicLong(prefix + ":n:" + i % 10).incrementAndGetAsync();
            }
            assertThat(batch.execute().getResponses()).hasSize(1000);
            assertThat(client.getAtomicLong(prefix + ":n:3").get()).isEqualTo(100);
            RLock lock = client.getLock(prefix + ":alone");
            assertThat(lock.tryLock()).isTrue();
            assertThat(other.getLock(prefix + ":alone").isLocked()).isTrue();
            lock.unlock();
            for (int i = 0; i < 5; i++) {
                contend(client.getLock(prefix + ":lock:" + i), client.getLock(prefix + ":lock:" + i));
                contend(client.getLock(prefix + ":lock:" + i), other.getLock(prefix + ":lock:" + i));
            }
            RTopic topic = client.getTopic(prefix + ":topic");
            BlockingQueue<String> messages = new LinkedBlockingQueue<>();
            topic.addListener(String.class, (channel, message) -> messages.add(message));
            other.getTopic(prefix + ":topic").publish("hello");
            assertThat(messages.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");
            RBlockingQueue<String> queue = client.getBlockingQueue(prefix + ":queue");
            other.getBlockingQueue(prefix + ":queue").offer("x");
            assertThat(queue.poll(30, TimeUnit.SECONDS)).isEqualTo("x");
        } finally {
            client.shutdown();
            other.shutdown();
        }
    }

    /** A lock that is taken is waited for by a message of its release. */
    private static void contend(RLock lock, RLock same) throws InterruptedException {
        lock.lock();
        BlockingQueue<Boolean> taken = new LinkedBlockingQueue<>();
        Thread waiter = new Thread(() -> {
            taken.add(same.tryLock());
            same.lock();
            taken.add(true);
            same.unlock();
        });
        waiter.start();
        assertThat(taken.poll(30, TimeUnit.SECONDS)).isFalse();
        lock.unlock();
        assertThat(taken.poll(30, TimeUnit.SECONDS)).isTrue();
        waiter.join(30_000);
        assertThat(lock.isLocked()).isFalse();
    }

    private static String address(int proxy) {
        return "redis://" + cluster.proxies.get(proxy).address();
    }
}
