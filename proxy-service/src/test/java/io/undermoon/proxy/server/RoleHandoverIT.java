package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import io.undermoon.umctl.SetMeta;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two proxies with a node each, whose nodes change roles while both proxies run. */
class RoleHandoverIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int KEYS = 2000;
    private static final String VALUE = "v".repeat(4096);

    private final RedisServerProcess firstNode = RedisServerProcess.start();
    private final RedisServerProcess secondNode = RedisServerProcess.start();
    private final int first = FreePort.any();
    private final int second = FreePort.any();
    private @Nullable ProxyServer firstProxy;
    private @Nullable ProxyServer secondProxy;
    private long epoch;

    @AfterEach
    void stop() {
        if (firstProxy != null) {
            firstProxy.close();
        }
        if (secondProxy != null) {
            secondProxy.close();
        }
        firstNode.close();
        secondNode.close();
    }

    @ParameterizedTest(name = "successor learns of it first: {0}")
    @ValueSource(booleans = {true, false})
    void the_successor_gets_all_acknowledged_writes_before_it_is_master(boolean successorFirst) {
        start(false);
        fillWhileFrozen();

        epoch++;
        if (successorFirst) {
            tellSecond(true);
            tellFirst(true);
        } else {
            tellFirst(true);
            tellSecond(true);
        }
        secondNode.unfreeze();

        awaitRoles(Role.REPLICA, Role.MASTER);
        assertThat(size(secondNode)).isEqualTo(KEYS);
        await().atMost(LIMIT).until(() -> size(firstNode) == KEYS);
    }

    /**
     * The new metadata does not name the former master and its proxy, which are replaced at the same time. The proxy
     * may know that it has left the cluster.
     */
    @ParameterizedTest(name = "former proxy knows that it is free: {0}")
    @ValueSource(booleans = {true, false})
    void the_successor_gets_all_acknowledged_writes_of_a_master_that_is_replaced(boolean isFree) {
        start(false);
        fillWhileFrozen();

        epoch++;
        if (isFree) {
            tellThatItIsFree(first, firstNode);
        }
        try (RespConnection control = RespConnection.to(second)) {
            String node = secondNode.address();
            for (String message : List.of(
                    "SETREPL " + epoch + " NOFLAG master demo " + node + " 1 127.0.0.1:1 127.0.0.1:2",
                    "SETCLUSTER v2 " + epoch + " NOFLAG demo " + node + " 1 0-16383")) {
                assertThat(text(control.call(("UMCTL " + message).split(" ")))).isEqualTo("OK");
            }
        }
        secondNode.unfreeze();

        await().atMost(LIMIT).until(() -> isMaster(secondNode));
        assertThat(size(secondNode)).isEqualTo(KEYS);
    }

    /** It was replaced while it could not be reached; the cluster's metadata stays older than that of free proxies. */
    @Test
    void the_master_of_a_proxy_that_has_left_the_cluster_serves_on() {
        start(false);
        epoch++;

        tellThatItIsFree(second, secondNode);

        await().atMost(LIMIT).until(() -> isMaster(secondNode));
        try (RespConnection client = RespConnection.to(first)) {
            assertThat(text(client.call("SET", "key", VALUE))).isEqualTo("OK");
        }
    }

    @ParameterizedTest(name = "active redirection: {0}")
    @ValueSource(booleans = {true, false})
    void writers_see_no_error_and_lose_nothing(boolean activeRedirection) throws InterruptedException {
        start(activeRedirection);
        AtomicLong acknowledged = new AtomicLong();
        AtomicReference<String> error = new AtomicReference<>("");
        AtomicBoolean ended = new AtomicBoolean();
        Thread writer = new Thread(() -> count(acknowledged, error, ended));
        writer.start();
        for (int i = 1; i <= 6; i++) {
            long before = acknowledged.get();
            await().atMost(LIMIT)
                    .until(() ->
                            acknowledged.get() > before + 200 || !error.get().isEmpty());
            assertThat(error.get()).isEmpty();
            boolean swapped = i % 2 == 1;
            epoch++;
            if (i % 3 == 0) {
                tellFirst(swapped);
                tellSecond(swapped);
            } else {
                tellSecond(swapped);
                tellFirst(swapped);
            }
            awaitRoles(swapped ? Role.REPLICA : Role.MASTER, swapped ? Role.MASTER : Role.REPLICA);
        }
        ended.set(true);
        writer.join();

        assertThat(error.get()).isEmpty();
        try (RespConnection client = RespConnection.to(first)) {
            assertThat(text(client.call("GET", "counter"))).isEqualTo(Long.toString(acknowledged.get()));
        }
    }

    @Test
    void a_master_keeps_its_data_until_its_successor_is_a_master() {
        start(false);
        try (RespConnection client = RespConnection.to(first)) {
            assertThat(text(client.call("SET", "key", VALUE))).isEqualTo("OK");
        }
        secondProxy.close();

        epoch++;
        tellFirst(true);
        await().during(Duration.ofSeconds(1)).atMost(LIMIT).until(() -> isMaster(firstNode));

        secondProxy = proxy(second, false);
        secondProxy.start();
        tellSecond(true);
        awaitRoles(Role.REPLICA, Role.MASTER);
        assertThat(size(secondNode)).isEqualTo(1);
    }

    @Test
    void the_replica_of_a_proxy_that_is_gone_becomes_master_and_serves() {
        start(false);
        firstProxy.close();

        epoch++;
        tellSecond(true);

        await().atMost(LIMIT).until(() -> isMaster(secondNode));
        try (RespConnection client = RespConnection.to(second)) {
            await().atMost(LIMIT)
                    .until(() -> text(client.call("SET", "key", VALUE)).equals("OK"));
        }
    }

    @Test
    void a_proxy_that_has_stepped_down_executes_nothing_until_it_has_the_metadata() {
        start(false);
        try (RespConnection control = RespConnection.to(first);
                RespConnection client = RespConnection.to(first)) {
            assertThat(text(control.call("UMCTL", "STEPDOWN", Long.toString(epoch), firstNode.address())))
                    .startsWith("OLD_EPOCH the metadata of this proxy is newer");
            assertThat(text(control.call("UMCTL", "STEPDOWN", "x", firstNode.address())))
                    .isEqualTo("Invalid epoch");
            RespValue position = control.call("UMCTL", "STEPDOWN", Long.toString(epoch + 2), firstNode.address());
            assertThat(((RespValue.Array) position).items()).hasSize(2);

            assertThat(text(client.call("SET", "key", VALUE))).startsWith("TRYAGAIN ");
            epoch++;
            tellFirst(false);
            assertThat(text(client.call("SET", "key", VALUE))).startsWith("TRYAGAIN ");
            assertThat(size(firstNode)).isZero();

            epoch++;
            tellFirst(false);
            assertThat(text(client.call("SET", "key", VALUE))).isEqualTo("OK");
        }
    }

    /** Writes keys that the replica cannot take yet. */
    private void fillWhileFrozen() {
        secondNode.freeze();
        try (RespConnection client = RespConnection.to(first)) {
            for (int i = 0; i < KEYS; i++) {
                assertThat(text(client.call("SET", "key" + i, VALUE))).isEqualTo("OK");
            }
        }
    }

    private void tellThatItIsFree(int port, RedisServerProcess server) {
        ProxyAddress address = new ProxyAddress("127.0.0.1:" + port);
        Node node =
                new Node(new NodeAddress(server.address()), address, List.of(), new ReplMeta(Role.MASTER, List.of()));
        Proxy free = new Proxy(
                null, address, new Epoch(epoch), List.of(node), List.of(), List.of(), ClusterConfig.DEFAULT, null);
        try (RespConnection control = RespConnection.to(port)) {
            assertThat(text(control.call(
                            SetMeta.of(free, false).toCommand(false).toArray(String[]::new))))
                    .isEqualTo("OK");
        }
    }

    private void start(boolean activeRedirection) {
        firstProxy = proxy(first, activeRedirection);
        secondProxy = proxy(second, activeRedirection);
        firstProxy.start();
        secondProxy.start();
        epoch++;
        tellFirst(false);
        tellSecond(false);
        awaitRoles(Role.MASTER, Role.REPLICA);
    }

    /** Increments at whichever proxy serves, and counts what was acknowledged. */
    private void count(AtomicLong acknowledged, AtomicReference<String> error, AtomicBoolean ended) {
        try (RespConnection one = RespConnection.to(first);
                RespConnection other = RespConnection.to(second)) {
            RespConnection used = one;
            int redirections = 0;
            while (!ended.get()) {
                RespValue reply = used.call("INCR", "counter");
                if (reply instanceof RespValue.Int value) {
                    if (value.value() != acknowledged.incrementAndGet()) {
                        error.set("counter is " + value.value() + " after " + acknowledged + " increments");
                        return;
                    }
                    redirections = 0;
                } else if (text(reply).startsWith("MOVED ") && redirections < 5) {
                    redirections++;
                    used = text(reply).endsWith(":" + first) ? one : other;
                } else {
                    error.set(text(reply));
                    return;
                }
            }
        }
    }

    private void tellFirst(boolean swapped) {
        tell(first, firstNode, !swapped, second, secondNode);
    }

    private void tellSecond(boolean swapped) {
        tell(second, secondNode, swapped, first, firstNode);
    }

    private void tell(int proxy, RedisServerProcess node, boolean isMaster, int peer, RedisServerProcess peerNode) {
        String roles = (isMaster ? "master" : "replica") + " demo " + node.address() + " 1 " + peerNode.address()
                + " 127.0.0.1:" + peer;
        String slots = isMaster ? node.address() + " 1 0-16383" : "PEER 127.0.0.1:" + peer + " 1 0-16383";
        try (RespConnection control = RespConnection.to(proxy)) {
            for (String message : List.of(
                    "SETREPL " + epoch + " NOFLAG " + roles, "SETCLUSTER v2 " + epoch + " NOFLAG demo " + slots)) {
                assertThat(text(control.call(("UMCTL " + message).split(" ")))).isEqualTo("OK");
            }
        }
    }

    private void awaitRoles(Role ofFirst, Role ofSecond) {
        await("roles " + ofFirst + " and " + ofSecond)
                .atMost(LIMIT)
                .until(() -> isSettled(firstProxy, ofFirst) && isSettled(secondProxy, ofSecond));
    }

    private static boolean isSettled(ProxyServer proxy, Role role) {
        return proxy.nodes().stream()
                .allMatch(status -> status.isSettled()
                        && status.report() != null
                        && status.report().role() == role);
    }

    private static boolean isMaster(RedisServerProcess server) {
        try (RespConnection connection = server.connect()) {
            return text(connection.call("INFO", "replication")).contains("role:master");
        }
    }

    private static int size(RedisServerProcess server) {
        try (RespConnection connection = server.connect()) {
            return Integer.parseInt(text(connection.call("DBSIZE")));
        }
    }

    private static ProxyServer proxy(int port, boolean activeRedirection) {
        return new ProxyServer(
                Configs.onOnePort(
                        "address",
                        "127.0.0.1:" + port,
                        "thread_number",
                        "2",
                        "active_redirection",
                        Boolean.toString(activeRedirection),
                        "replication_check_interval",
                        "100ms"),
                () -> {});
    }
}
