package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.replication.NodeStatus;
import io.undermoon.proxy.replication.Restart;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import io.undermoon.umctl.MigrationProgress;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A master that is killed and comes back at once, with less data than its replica behind another proxy has. */
class RestartedMasterIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int OLD_KEYS = 100;
    private static final int KEYS = 1000;

    private final RedisServerProcess node = RedisServerProcess.start();
    private final RedisServerProcess copy = RedisServerProcess.start();
    private final int port = FreePort.any();
    private final int copyPort = FreePort.any();
    private final ProxyServer copyProxy = proxy(copyPort);
    private ProxyServer proxy = proxy(port);
    private long epoch;

    @BeforeEach
    void start() {
        proxy.start();
        copyProxy.start();
        tellRoles(false);
        await("the replica follows").atMost(LIMIT).until(() -> isSettled(proxy, node) && isSettled(copyProxy, copy));
    }

    @AfterEach
    void stop() {
        proxy.close();
        copyProxy.close();
        node.close();
        copy.close();
    }

    @ParameterizedTest(name = "from an older file: {0}")
    @ValueSource(booleans = {true, false})
    void the_replica_keeps_its_data_and_takes_over(boolean fromFile) {
        fill(fromFile);

        node.kill();
        node.restart();

        await("the restart is noticed").atMost(LIMIT).until(() -> restart() == Restart.OUTDATED);
        assertThat(nodes())
                .startsWith(node.address(), "master", "down", "86400000")
                .endsWith("outdated");
        refuses("SET key0 other");
        refuses("GET key0");
        refuses("DBSIZE");
        assertThat(size(copy)).isEqualTo(KEYS);
        assertThat(size(node)).isEqualTo(fromFile ? OLD_KEYS : 0);

        tellRoles(true);

        await("the restarted node follows")
                .atMost(LIMIT)
                .until(() -> isSettled(proxy, node) && isSettled(copyProxy, copy) && size(node) == KEYS);
        assertThat(size(copy)).isEqualTo(KEYS);
        assertThat(restart()).isEqualTo(Restart.NONE);
        try (RespConnection client = RespConnection.to(copyPort)) {
            assertThat(text(client.call("GET", "key" + (KEYS - 1)))).isEqualTo("value");
            assertThat(text(client.call("SET", "key0", "other"))).isEqualTo("OK");
        }
    }

    @Test
    void no_acknowledged_write_is_lost_while_clients_write() throws InterruptedException {
        AtomicLong acknowledged = new AtomicLong();
        Thread writer = new Thread(() -> count(acknowledged));
        fill(true);
        writer.start();
        await().atMost(LIMIT).until(() -> acknowledged.get() > 100);

        node.kill();
        node.restart();

        await("the restart is noticed").atMost(LIMIT).until(() -> restart() == Restart.OUTDATED);
        tellRoles(true);
        await("the replica has taken over").atMost(LIMIT).until(() -> isSettled(copyProxy, copy));
        writer.interrupt();
        writer.join();
        try (RespConnection client = RespConnection.to(copyPort)) {
            assertThat(Long.parseLong(text(client.call("GET", "counter")))).isGreaterThanOrEqualTo(acknowledged.get());
            assertThat(text(client.call("DBSIZE"))).isEqualTo(Integer.toString(KEYS + 1));
        }
    }

    /** The run may serve as soon as the node has no slots, which is not what was waited for. */
    @Test
    void a_command_that_waits_for_a_master_is_not_executed_by_what_becomes_of_it() throws InterruptedException {
        fill(true);
        node.kill();
        node.restart();
        await("the restart is noticed").atMost(LIMIT).until(() -> restart() == Restart.OUTDATED);
        Set<String> replies = ConcurrentHashMap.newKeySet();
        AtomicLong sentNanos = new AtomicLong(System.nanoTime());
        Thread writer = new Thread(() -> {
            try (RespConnection client = RespConnection.to(port)) {
                while (!Thread.currentThread().isInterrupted()) {
                    sentNanos.set(System.nanoTime());
                    replies.add(text(client.call("SET", "waiting", "value")));
                }
            }
        });
        writer.start();
        await("a command waits")
                .pollInterval(Duration.ofMillis(5))
                .atMost(LIMIT)
                .until(() -> System.nanoTime() - sentNanos.get()
                        > Duration.ofMillis(50).toNanos());

        epoch++;
        tell(port, "master demo " + node.address() + " 0", "PEER 127.0.0.1:" + copyPort + " 1 0-16383");

        await("the run may serve").atMost(LIMIT).until(() -> restart() == Restart.ACCEPTED);
        await("commands go elsewhere")
                .atMost(LIMIT)
                .until(() -> replies.stream().anyMatch(reply -> reply.startsWith("MOVED")));
        writer.interrupt();
        writer.join();
        assertThat(replies).doesNotContain("OK");
        assertThat(size(node)).isEqualTo(OLD_KEYS);
    }

    @Test
    void a_master_is_served_when_what_its_replica_had_is_gone_too() {
        fill(true);
        node.kill();
        node.restart();
        await("the restart is noticed").atMost(LIMIT).until(() -> restart() == Restart.OUTDATED);

        copy.kill();
        copy.restart();

        serves(OLD_KEYS);
        assertThat(restart()).isEqualTo(Restart.ACCEPTED);
    }

    @Test
    void a_proxy_that_restarts_with_its_node_notices_it() {
        fill(true);

        proxy.close();
        node.kill();
        node.restart();
        proxy = proxy(port);
        proxy.start();
        tellRoles(false);

        await("the restart is noticed").atMost(LIMIT).until(() -> restart() == Restart.UNSEEN);
        refuses("GET key0");
        assertThat(size(copy)).isEqualTo(KEYS);
    }

    @Test
    void a_proxy_that_restarts_alone_asks_nobody() {
        fill(false);
        copy.freeze();

        proxy.close();
        proxy = proxy(port);
        proxy.start();
        tellRoles(false);

        serves(KEYS);
        assertThat(restart()).isEqualTo(Restart.NONE);
        copy.unfreeze();
    }

    @Test
    void a_master_without_a_replica_in_sync_is_served_as_it_is() {
        fill(true);
        copy.kill();
        await("the loss of the replica is noticed")
                .atMost(LIMIT)
                .until(() -> !status(proxy, node).report().hasOnlineReplica());

        node.kill();
        node.restart();

        serves(OLD_KEYS);
        assertThat(restart()).isEqualTo(Restart.ACCEPTED);
        assertThat(nodes()).startsWith(node.address(), "master", "up").endsWith("accepted");
    }

    @Test
    void the_roles_stay_when_both_nodes_have_restarted() {
        fill(true);

        copy.kill();
        node.kill();
        node.restart();
        copy.restart();

        serves(OLD_KEYS);
        assertThat(restart()).isEqualTo(Restart.ACCEPTED);
        await("the replica follows").atMost(LIMIT).until(() -> isSettled(copyProxy, copy) && size(copy) == OLD_KEYS);
    }

    @Test
    void a_master_whose_replica_says_nothing_is_served_after_a_while() {
        fill(true);
        copy.freeze();

        node.kill();
        node.restart();

        await("it is asked for").atMost(LIMIT).until(() -> restart() == Restart.CHECKING);
        serves(OLD_KEYS);
        assertThat(restart()).isEqualTo(Restart.ACCEPTED);
        copy.unfreeze();
    }

    @Test
    void a_restarted_node_gets_no_slots() {
        fill(false);
        String meta = " 1 0-100 2 127.0.0.1:1 127.0.0.1:2 127.0.0.1:" + port + " " + node.address();
        epoch = 2;
        tell(
                port,
                "master demo " + node.address() + " 1 " + copy.address() + " 127.0.0.1:" + copyPort,
                node.address() + " IMPORTING" + meta + " PEER 127.0.0.1:1 MIGRATING" + meta);
        String precheck = "UMCTL PRECHECK mgr-1.0 demo MIGRATING" + meta;
        try (RespConnection source = RespConnection.to(port)) {
            await().atMost(LIMIT)
                    .until(() -> text(source.call(precheck.split(" "))).equals("OK " + runOf(node)));

            node.kill();
            node.restart();

            await("the restart is noticed").atMost(LIMIT).until(() -> restart() == Restart.OUTDATED);
            assertThat(text(source.call(precheck.split(" "))))
                    .startsWith("NOT_READY_FOR_SWITCHING")
                    .contains("the node has restarted");
        }
    }

    /** What the source has after its restart must not become what the destination has. */
    @Test
    void slots_move_on_from_the_replica_of_a_source_that_restarts() {
        int thirdPort = FreePort.any();
        fill(true);
        try (RedisServerProcess destination = RedisServerProcess.start();
                ProxyServer third = proxy(thirdPort)) {
            third.start();
            epoch = 2;
            String move = move(port, node, thirdPort, destination);
            tell(
                    thirdPort,
                    "master demo " + destination.address() + " 0",
                    destination.address() + " IMPORTING" + move + " PEER 127.0.0.1:" + port + " MIGRATING" + move);
            tell(
                    port,
                    "master demo " + node.address() + " 1 " + copy.address() + " 127.0.0.1:" + copyPort,
                    node.address() + " MIGRATING" + move + " PEER 127.0.0.1:" + thirdPort + " IMPORTING" + move);
            await("keys are copied").atMost(LIMIT).until(() -> size(destination) > OLD_KEYS);

            node.kill();
            node.restart();

            await("the restart stops the move")
                    .atMost(LIMIT)
                    .until(() -> restart() == Restart.OUTDATED
                            && proxy.migrations().get(0).error().contains("the node has restarted"));
            epoch = 3;
            move = move(copyPort, copy, thirdPort, destination);
            String movingPeers = "PEER 127.0.0.1:" + copyPort + " MIGRATING" + move + " 127.0.0.1:" + thirdPort
                    + " IMPORTING" + move;
            tell(
                    thirdPort,
                    "master demo " + destination.address() + " 0",
                    destination.address() + " IMPORTING" + move + " PEER 127.0.0.1:" + copyPort + " MIGRATING" + move);
            tell(
                    copyPort,
                    "master demo " + copy.address() + " 1 " + node.address() + " 127.0.0.1:" + port,
                    copy.address() + " MIGRATING" + move + " PEER 127.0.0.1:" + thirdPort + " IMPORTING" + move);
            tell(
                    port,
                    "replica demo " + node.address() + " 1 " + copy.address() + " 127.0.0.1:" + copyPort,
                    movingPeers);

            await("the slots are moved")
                    .atMost(LIMIT)
                    .untilAsserted(() -> assertThat(copyProxy.migrations())
                            .anyMatch(progress -> progress.state() == MigrationProgress.State.SWITCHED));
            assertThat(size(destination)).isEqualTo(KEYS);
        }
    }

    private String move(
            int sourcePort, RedisServerProcess source, int destinationPort, RedisServerProcess destination) {
        return " 1 0-16383 " + epoch + " 127.0.0.1:" + sourcePort + " " + source.address() + " 127.0.0.1:"
                + destinationPort + " " + destination.address();
    }

    private static String runOf(RedisServerProcess server) {
        try (RespConnection connection = server.connect()) {
            return InfoReport.parse(text(connection.call("INFO", "server"))).runId();
        }
    }

    /** Writes all keys; if wanted, with a file of the first of them. */
    private void fill(boolean withFile) {
        try (RespConnection client = RespConnection.to(port);
                RespConnection direct = node.connect()) {
            for (int i = 0; i < KEYS; i++) {
                if (i == OLD_KEYS && withFile) {
                    await("the snapshot for the replica has ended, as long as it is written there is no other")
                            .atMost(LIMIT)
                            .until(() -> text(direct.call("SAVE")).equals("OK"));
                }
                assertThat(text(client.call("SET", "key" + i, "value"))).isEqualTo("OK");
            }
            assertThat(text(client.call("WAIT", "1", "10000"))).isEqualTo("1");
        }
    }

    /** Counts the increments that the replica has acknowledged, until the thread is interrupted. */
    private void count(AtomicLong acknowledged) {
        while (!Thread.currentThread().isInterrupted()) {
            try (RespConnection client = RespConnection.to(port)) {
                while (!Thread.currentThread().isInterrupted()) {
                    RespValue reply = client.call("INCR", "counter");
                    if (reply instanceof RespValue.Int value
                            && text(client.call("WAIT", "1", "1000")).equals("1")) {
                        acknowledged.set(value.value());
                    }
                }
            } catch (UncheckedIOException e) {
                // The next connection goes on.
            }
        }
    }

    private void refuses(String command) {
        try (RespConnection client = RespConnection.to(port)) {
            assertThat(text(client.call(command.split(" "))))
                    .as(command)
                    .startsWith("CLUSTERDOWN node " + node.address())
                    .contains("the node has restarted");
        }
    }

    private void serves(int keys) {
        await("clients are served").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            try (RespConnection client = RespConnection.to(port)) {
                assertThat(text(client.call("SET", "key0", "again"))).isEqualTo("OK");
                assertThat(text(client.call("DBSIZE"))).isEqualTo(Integer.toString(keys));
            }
        });
    }

    /** @param swapped whether the replica has taken over */
    private void tellRoles(boolean swapped) {
        epoch++;
        String self = "127.0.0.1:" + port;
        String other = "127.0.0.1:" + copyPort;
        tell(
                swapped ? copyPort : port,
                "master demo " + (swapped ? copy : node).address() + " 1 " + (swapped ? node : copy).address() + " "
                        + (swapped ? self : other),
                (swapped ? copy : node).address() + " 1 0-16383");
        tell(
                swapped ? port : copyPort,
                "replica demo " + (swapped ? node : copy).address() + " 1 " + (swapped ? copy : node).address() + " "
                        + (swapped ? other : self),
                "PEER " + (swapped ? other : self) + " 1 0-16383");
    }

    private void tell(int proxyPort, String roles, String slots) {
        try (RespConnection client = RespConnection.to(proxyPort)) {
            client.call(("UMCTL SETREPL " + epoch + " NOFLAG " + roles).split(" "));
            client.call(("UMCTL SETCLUSTER v2 " + epoch + " NOFLAG demo " + slots).split(" "));
        }
    }

    private List<String> nodes() {
        try (RespConnection client = RespConnection.to(port)) {
            RespValue.Array rows = (RespValue.Array) client.call("UMCTL", "NODES");
            return ((RespValue.Array) rows.items().get(0))
                    .items().stream().map(RespValue::asText).toList();
        }
    }

    private Restart restart() {
        return status(proxy, node).restart();
    }

    private static boolean isSettled(ProxyServer of, RedisServerProcess server) {
        NodeStatus status = status(of, server);
        return status.isSettled()
                && status.wanted() != null
                && status.wanted().role() == status.report().role();
    }

    private static NodeStatus status(ProxyServer of, RedisServerProcess server) {
        return of.nodes().stream()
                .filter(status -> status.node().value().equals(server.address()))
                .findFirst()
                .orElseThrow();
    }

    private static int size(RedisServerProcess server) {
        try (RespConnection connection = server.connect()) {
            return Integer.parseInt(text(connection.call("DBSIZE")));
        }
    }

    private static ProxyServer proxy(int port) {
        return new ProxyServer(
                Configs.onOnePort(
                        "address", "127.0.0.1:" + port,
                        "thread_number", "2",
                        "migration_max_keys", "500",
                        "migration_replica_ack", "connected",
                        "replication_check_interval", "100ms"),
                () -> {});
    }
}
