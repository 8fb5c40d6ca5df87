package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two proxies with a node each, one the replica of the other, which renew each other's leases. */
class PartnerLeaseIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int KEYS = 2000;
    private static final String VALUE = "v".repeat(4096);
    private static final String NO_LEASE = "CLUSTERDOWN this proxy is cut off";

    private final RedisServerProcess firstNode = RedisServerProcess.start();
    private final RedisServerProcess secondNode = RedisServerProcess.start();
    private final int first = FreePort.any();
    private final int second = FreePort.any();
    private @Nullable ProxyServer firstProxy;
    private @Nullable ProxyServer secondProxy;
    private long epoch = 1;

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

    @Test
    void partners_go_on_without_a_control_plane_and_stop_without_each_other() {
        firstProxy = proxy(first, true);
        tellFirst();
        try (RespConnection client = RespConnection.to(first)) {
            assertThat(set(client)).as("it has just started").startsWith(NO_LEASE);

            secondProxy = proxy(second, true);
            tellSecond(false);
            await().atMost(LIMIT).until(() -> set(client).equals("OK"));
            await().during(Lease.LENGTH.multipliedBy(2))
                    .atMost(LIMIT)
                    .until(() -> set(client).equals("OK"));
            assertThat(leaseOf(first)).contains("held");

            secondProxy.close();
            await().atMost(LIMIT).until(() -> set(client).startsWith(NO_LEASE));
            assertThat(leaseOf(first)).contains("none");
            assertThat(firstProxy.leaseLosses()).isPositive();

            renew(first);
            assertThat(set(client)).isEqualTo("OK");
        }
    }

    @Test
    void a_partner_that_takes_over_promises_nothing_more() {
        start(true);
        try (RespConnection control = RespConnection.to(second)) {
            assertThat(promise(control)).isEqualTo(Long.toString(epoch));
            epoch++;
            tellSecond(true);
            assertThat(promise(control)).startsWith("NOPROMISE ");
        }
    }

    /** Slots may have moved away since, which the partner does not look at. */
    @Test
    void a_proxy_that_starts_with_older_metadata_than_its_partner_gets_no_lease_from_it() {
        firstProxy = proxy(first, true);
        secondProxy = proxy(second, true);
        tellFirst();
        epoch++;
        tellSecond(false);
        try (RespConnection client = RespConnection.to(first);
                RespConnection control = RespConnection.to(second)) {
            assertThat(promise(control)).isEqualTo(Long.toString(epoch));
            await().during(Lease.LENGTH).atMost(LIMIT).until(() -> set(client).startsWith(NO_LEASE));

            tellFirst();
            await().atMost(LIMIT).until(() -> set(client).equals("OK"));
            epoch++;
            tellSecond(false);
            await("it was current once")
                    .during(Lease.LENGTH.multipliedBy(2))
                    .atMost(LIMIT)
                    .until(() -> set(client).equals("OK"));
        }
    }

    @Test
    void coordinators_without_leases_are_served_without_leases() {
        firstProxy = proxy(first, true);
        tellFirst();
        try (RespConnection client = RespConnection.to(first)) {
            assertThat(set(client)).startsWith(NO_LEASE);
            for (String message : messages(first)) {
                assertThat(tell(first, message)).isEqualTo("OLD_EPOCH");
            }
            assertThat(set(client)).isEqualTo("OK");
            assertThat(leaseOf(first)).contains("off");
        }
    }

    /** The master's proxy hangs: connections to it are accepted, and nothing answers. */
    @Test
    void a_replica_becomes_master_when_the_lease_of_a_proxy_that_hangs_is_over() throws IOException {
        start(true);
        firstProxy.close();
        try (ServerSocket hanging = new ServerSocket(first, 50, InetAddress.getLoopbackAddress())) {
            assertThat(millisUntilTakeover()).isGreaterThanOrEqualTo(Lease.LENGTH.toMillis());
            assertThat(hanging.isClosed()).isFalse();
        }
    }

    @Test
    void a_proxy_where_nobody_listens_is_waited_for_only_if_that_proves_nothing() {
        start(false);
        firstProxy.close();
        assertThat(millisUntilTakeover()).isGreaterThanOrEqualTo(Lease.LENGTH.toMillis());
    }

    @Test
    void a_proxy_where_nobody_listens_is_not_waited_for() {
        start(true);
        firstProxy.close();
        assertThat(millisUntilTakeover()).isLessThan(Lease.LENGTH.toMillis());
    }

    /** The node is still there, and the replica is behind. */
    @Test
    void the_node_of_a_proxy_where_nobody_listens_is_caught_up_with() {
        start(true);
        secondNode.freeze();
        try (RespConnection client = RespConnection.to(first)) {
            await().atMost(LIMIT).until(() -> set(client).equals("OK"));
            for (int i = 0; i < KEYS; i++) {
                assertThat(text(client.call("SET", "key" + i, VALUE))).isEqualTo("OK");
            }
        }
        firstProxy.close();
        epoch++;
        tellSecond(true);
        secondNode.unfreeze();

        await().pollInterval(Duration.ofMillis(10)).atMost(LIMIT).until(() -> isMaster(secondNode));
        try (RespConnection node = secondNode.connect()) {
            assertThat(text(node.call("DBSIZE"))).isEqualTo(Integer.toString(KEYS + 1));
        }
    }

    /** The process has just started, so that it does not know that its node was a replica. */
    @Test
    void a_successor_that_restarts_waits_too() {
        start(true);
        secondProxy.close();
        secondProxy = proxy(second, true);
        assertThat(millisUntilTakeover()).isGreaterThanOrEqualTo(Lease.LENGTH.toMillis());
    }

    private long millisUntilTakeover() {
        epoch++;
        long start = System.nanoTime();
        tellSecond(true);
        await().pollInterval(Duration.ofMillis(10)).atMost(LIMIT).until(() -> isMaster(secondNode));
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    private void start(boolean trustRefused) {
        firstProxy = proxy(first, trustRefused);
        secondProxy = proxy(second, trustRefused);
        tellFirst();
        tellSecond(false);
        await().atMost(LIMIT).until(() -> secondProxy.nodes().stream().allMatch(status -> status.isSettled()));
    }

    private static String set(RespConnection client) {
        return text(client.call("SET", "key", "value"));
    }

    private String promise(RespConnection control) {
        return text(control.call("UMCTL", "PROMISE", "127.0.0.1:" + first, firstNode.address()));
    }

    /** As a coordinator does it. */
    private static void renew(int proxy) {
        try (RespConnection control = RespConnection.to(proxy)) {
            String token = items(control.call("UMCTL", "LEASE")).get(0);
            assertThat(items(control.call("UMCTL", "LEASE", token))).hasSize(5);
        }
    }

    private static List<String> leaseOf(int proxy) {
        try (RespConnection control = RespConnection.to(proxy)) {
            return items(control.call("UMCTL", "LEASE"));
        }
    }

    private static List<String> items(RespValue reply) {
        return ((RespValue.Array) reply).items().stream().map(RespValue::asText).toList();
    }

    private void tellFirst() {
        assertThat(tell(first, withLeases(messages(first)))).isEqualTo("OK");
    }

    private void tellSecond(boolean isMaster) {
        String roles = (isMaster ? "master" : "replica") + " demo " + secondNode.address() + " 1 " + firstNode.address()
                + " 127.0.0.1:" + first;
        String slots = isMaster ? secondNode.address() + " 1 0-16383" : "PEER 127.0.0.1:" + first + " 1 0-16383";
        String message = withLeases(
                List.of("SETREPL " + epoch + " NOFLAG " + roles, "SETCLUSTER v2 " + epoch + " NOFLAG demo " + slots));
        assertThat(tell(second, message)).isEqualTo("OK");
    }

    private List<String> messages(int proxy) {
        assertThat(proxy).isEqualTo(first);
        String roles = "master demo " + firstNode.address() + " 1 " + secondNode.address() + " 127.0.0.1:" + second;
        return List.of(
                "SETREPL " + epoch + " NOFLAG " + roles,
                "SETCLUSTER v2 " + epoch + " NOFLAG demo " + firstNode.address() + " 1 0-16383");
    }

    /** Both messages as one, with the flag. */
    private static String withLeases(List<String> messages) {
        List<String> roles = new ArrayList<>(List.of(messages.get(0).split(" ")));
        roles.set(2, "LEASE");
        List<String> slots = List.of(messages.get(1).split(" "));
        return "SETMETA " + (roles.size() - 1) + " " + String.join(" ", roles.subList(1, roles.size())) + " "
                + String.join(" ", slots.subList(1, slots.size()));
    }

    private static String tell(int proxy, String message) {
        try (RespConnection control = RespConnection.to(proxy)) {
            return text(control.call(("UMCTL " + message).split(" ")));
        }
    }

    private static boolean isMaster(RedisServerProcess server) {
        try (RespConnection connection = server.connect()) {
            return text(connection.call("INFO", "replication")).contains("role:master");
        }
    }

    private static ProxyServer proxy(int port, boolean trustRefused) {
        ProxyServer made = new ProxyServer(
                Configs.onOnePort(
                        "address",
                        "127.0.0.1:" + port,
                        "thread_number",
                        "2",
                        "lease_trust_refused",
                        Boolean.toString(trustRefused),
                        "replication_check_interval",
                        "100ms"),
                () -> {});
        made.start();
        return made;
    }
}
