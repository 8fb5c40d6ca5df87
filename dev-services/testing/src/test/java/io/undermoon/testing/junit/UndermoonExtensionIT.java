package io.undermoon.testing.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.testing.UndermoonCluster;
import java.time.Duration;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisException;

@ExtendWith(UndermoonExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UndermoonExtensionIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Test
    @Order(1)
    void gives_a_test_a_cluster(UndermoonCluster cluster) {
        try (RedisClusterClient redis = connect(cluster)) {
            for (int i = 0; i < 100; i++) {
                redis.set("key-" + i, "value-" + i);
            }
        }
    }

    @Test
    @Order(2)
    void a_cluster_goes_on_when_a_proxy_is_killed(UndermoonCluster cluster) {
        cluster.kill("proxy-1");

        try (RedisClusterClient redis = connect(cluster)) {
            await().atMost(TIMEOUT)
                    .ignoreExceptionsInstanceOf(JedisException.class)
                    .untilAsserted(() -> {
                        for (int i = 0; i < 100; i++) {
                            assertThat(redis.get("key-" + i)).isEqualTo("value-" + i);
                        }
                    });
        }
        long killed = cluster.processes().get("proxy-1");
        cluster.restart();
        assertThat(cluster.processes()).containsKey("proxy-1").doesNotContainValue(killed);
    }

    private static RedisClusterClient connect(UndermoonCluster cluster) {
        return RedisClusterClient.create(HostAndPort.from(cluster.proxies().get(1)));
    }
}
