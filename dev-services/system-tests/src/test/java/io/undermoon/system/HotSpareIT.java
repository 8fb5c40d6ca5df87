package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.LiveStack;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A chunk with a hot spare, of real processes. */
class HotSpareIT {
    private static final ClusterName CLUSTER = new ClusterName("demo");
    private static final int KEYS = 500;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private LiveStack stack;
    private ClusterOperator operator;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        stack = new LiveStack(
                directory, CLUSTER, 4, 3, Map.of("UNDERMOON_AUTO_BALANCE", "false"), "--active-redirection");
        operator = stack.operator();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        stack.down();
    }

    @Test
    void takes_the_place_of_a_lost_half_with_its_data_there() throws IOException, InterruptedException {
        operator.configure("copies", "3");
        operator.configure("min_replica_acks", "1");
        operator.awaitReplicas();
        Node lost = operator.masters().get(0);
        Node survivor = operator.cluster().nodes().stream()
                .filter(node -> node.address().equals(lost.repl().peers().get(0).nodeAddress()))
                .findFirst()
                .orElseThrow();
        List<Node> spare = operator.cluster().spares();
        try (Jedis client = jedis(lost.proxyAddress())) {
            for (int i = 0; i < KEYS; i++) {
                assertThat(client.set("key" + i, "value" + i)).isEqualTo("OK");
            }
            assertThat(client.clusterNodes())
                    .as("clients are shown the spare as a replica of both masters")
                    .containsPattern(replicaPort(spare) + "[@ ][^\\n]*slave[^\\n]*\\n[^\\n]*" + replicaPort(spare));
        }
        awaitAllKeysAtReplica(spare);
        awaitFollowers(lost);
        awaitFollowers(operator.masters().get(1));

        loseHost(lost);

        await("the other half has both masters, and the spare is a half")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> operator.masters().stream()
                                .allMatch(node -> node.proxyAddress().equals(survivor.proxyAddress()))
                        && isHalf(operator.cluster(), spare.get(0).proxyAddress()));
        await("nothing is lost").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            try (Jedis client = jedis(survivor.proxyAddress())) {
                for (int i = 0; i < KEYS; i++) {
                    assertThat(client.get("key" + i)).isEqualTo("value" + i);
                }
                assertThat(client.set("key0", "newer"))
                        .as("the former spare acknowledges")
                        .isEqualTo("OK");
                client.set("key0", "value0");
            }
        });
        operator.awaitReplicas();
        awaitAllKeysAtReplica(spare);
        try (Jedis master = jedis(new ProxyAddress(survivor.address().value()))) {
            assertThat(master.info("stats")).as("it had the data already").contains("sync_full:0");
            assertThat(master.info("replication")).contains("connected_slaves:1", "state=online");
        }

        stack.up();
        await("what was lost is the next spare")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> operator.cluster().spares().stream()
                        .anyMatch(node -> node.proxyAddress().equals(lost.proxyAddress())));
        awaitAllKeysAtReplica(operator.cluster().spares());
    }

    private static boolean isHalf(Cluster cluster, ProxyAddress proxy) {
        return cluster.nodes().stream().anyMatch(node -> node.proxyAddress().equals(proxy));
    }

    private void loseHost(Node master) throws IOException {
        List<Node> nodes = operator.cluster().nodes();
        stack.kill(stack.proxyOf(master));
        for (Node node : nodes) {
            if (node.proxyAddress().equals(master.proxyAddress())) {
                stack.kill(LiveStack.redisOf(node));
            }
        }
    }

    /** So that a failover finds nothing that one replica has and the other one lacks. */
    private static void awaitFollowers(Node master) {
        await("both replicas have all").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            try (Jedis redis = jedis(new ProxyAddress(master.address().value()))) {
                assertThat(redis.waitReplicas(2, 1000)).isEqualTo(2);
            }
        });
    }

    private int replicaPort(List<Node> nodes) {
        int service = Integer.parseInt(stack.proxyOf(nodes.get(0)).substring("proxy-".length()));
        return stack.ports().proxyReplica(service - 1);
    }

    private void awaitAllKeysAtReplica(List<Node> nodes) {
        await("all keys are read at the spare").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            try (Jedis client = new Jedis("127.0.0.1", replicaPort(nodes))) {
                client.readonly();
                for (int i = 0; i < KEYS; i++) {
                    assertThat(client.get("key" + i)).isEqualTo("value" + i);
                }
            }
        });
    }

    private static Jedis jedis(ProxyAddress address) {
        HostPort at = HostPort.parse(address.value());
        return new Jedis(at.host(), at.port());
    }
}
