package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.metadata.Tenancy;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.SlotRanges;
import io.undermoon.testsupport.FreePort;
import io.undermoon.umctl.SetMeta;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A proxy whose node gets from one cluster to another, or has keys that are not those of its cluster. */
class NodeMarksIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String INSTALLATION = "1a2b";
    private static final ClusterName DEMO = new ClusterName("demo");
    private static final String DOWN = "CLUSTERDOWN Hash slot not served";

    private final RedisServerProcess node = RedisServerProcess.start();
    private final int port = FreePort.any();
    private @Nullable ProxyServer proxy;
    private @Nullable RespConnection client;

    @BeforeEach
    void start() {
        proxy = new ProxyServer(
                Configs.onOnePort(
                        "address",
                        "127.0.0.1:" + port,
                        "node_addresses",
                        node.address() + ",127.0.0.1:1",
                        "thread_number",
                        "1",
                        "replication_check_interval",
                        "100ms"),
                () -> {});
        proxy.start();
        client = RespConnection.to(port);
    }

    @AfterEach
    void stop() {
        close();
        node.close();
    }

    private void close() {
        if (client != null) {
            client.close();
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    @Test
    void a_new_cluster_has_no_keys_of_a_deleted_one() {
        assertThat(tell(1, "c1")).isEqualTo("OK");
        assertThat(ask("SET", "key", "old")).isEqualTo("OK");

        assertThat(tell(3, "c2", new PastUse("c1", new Epoch(2)))).isEqualTo("OK");

        await().atMost(LIMIT).until(() -> ask("SET", "other", "new").equals("OK"));
        assertThat(client.call("GET", "key")).isInstanceOf(RespValue.Null.class);
        assertThat(size()).isEqualTo(1);
        assertThat(mark()).startsWith(INSTALLATION + " c2 3 ");
    }

    @Test
    void a_free_proxy_empties_its_node_before_it_gets_another_cluster() {
        tell(1, "c1");
        ask("SET", "key", "old");

        assertThat(tellFree(2, new PastUse("c1", new Epoch(2)))).isEqualTo("OK");

        await().atMost(LIMIT).until(() -> size() == 0 && mark().isEmpty());
        assertThat(proxy.marks()).isEqualTo(new RegisteredMarks(INSTALLATION, null));
    }

    /** A broker that was restored from an old copy takes the proxy for free, or has it in another cluster. */
    @Test
    void keys_stay_when_the_broker_does_not_know_that_their_cluster_is_over() {
        tell(3, "c1");
        ask("SET", "key", "precious");

        tellFree(4, new PastUse("c1", new Epoch(2)));
        await().atMost(LIMIT)
                .until(() -> String.valueOf(proxy.marks().unusable()).contains("has keys of cluster c1"));
        assertThat(tell(5, "c2", new PastUse("c1", new Epoch(2)))).isEqualTo("OK");

        await().atMost(LIMIT).until(() -> ask("GET", "key").equals(DOWN));
        ask("FLUSHALL");
        assertThat(size()).isEqualTo(1);
        assertThat(ask("UMCTL", "READY")).isEqualTo("0");

        assertThat(tell(6, "c1")).isEqualTo("OK");
        await().atMost(LIMIT).until(() -> ask("GET", "key").equals("precious"));
    }

    @Test
    void keys_of_unknown_origin_are_neither_served_nor_replaced_by_those_of_a_master() {
        try (RedisServerProcess master = RedisServerProcess.start()) {
            onNode("SET", "key", "somebody's");

            tellReplica(1, "c1", master);
            await().atMost(LIMIT)
                    .until(() -> !proxy.topology().current().unproven().isEmpty());
            tell(2, "c1");
            await().atMost(LIMIT).until(() -> ask("GET", "key").equals(DOWN));
            assertThat(onNode("GET", "key")).isEqualTo("somebody's");

            onNode("FLUSHALL");
            await().atMost(LIMIT).until(() -> ask("SET", "key", "ours").equals("OK"));
        }
    }

    @Test
    void metadata_of_another_installation_is_refused_also_after_a_restart() {
        tell(1, "c1");
        ask("SET", "key", "ours");
        String refusal = "OTHER_INSTALLATION proxy 127.0.0.1:" + port + " belongs to installation " + INSTALLATION
                + ", the metadata to ffff";
        assertThat(send(proxy(9, "c1", new Tenancy("ffff", "c1", List.of(), List.of(), null))))
                .isEqualTo(refusal);

        close();
        start();
        await().atMost(LIMIT).until(() -> INSTALLATION.equals(proxy.topology().installation()));
        assertThat(send(proxy(9, "c1", new Tenancy("ffff", "c1", List.of(), List.of(), null))))
                .isEqualTo(refusal);
        assertThat(tell(2, "c1")).isEqualTo("OK");
        assertThat(ask("GET", "key")).isEqualTo("ours");
    }

    @Test
    void peers_and_coordinators_of_another_installation_are_refused() {
        RespConnection early = RespConnection.to(port);
        assertThat(text(early.call("UMCTL", "INSTALLATION", "ffff"))).isEqualTo("OK");
        assertThat(text(early.call("UMCTL", "GETEPOCH"))).isEqualTo("0");
        tell(1, "c1");
        String refusal = "OTHER_INSTALLATION proxy 127.0.0.1:" + port + " belongs to installation " + INSTALLATION
                + ", the caller to ffff";
        RespConnection late = RespConnection.to(port);
        assertThat(text(late.call("UMCTL", "INSTALLATION", "ffff"))).isEqualTo(refusal);
        for (RespConnection caller : List.of(early, late)) {
            for (String command : List.of(
                    "UMCTL GETEPOCH",
                    "UMCTL LEASE",
                    "UMCTL PROMISE 127.0.0.1:1 " + node.address(),
                    "UMCTL STEPDOWN 9 " + node.address(),
                    "UMFORWARD 0 SET key value")) {
                assertThat(text(caller.call(command.split(" ")))).isEqualTo(refusal);
            }
            caller.close();
        }
        assertThat(size()).isZero();
        assertThat(ask("UMCTL", "INSTALLATION", INSTALLATION)).isEqualTo("OK");
        assertThat(ask("UMFORWARD", "0", "SET", "key", "value")).isEqualTo("OK");
    }

    @Test
    void a_node_that_has_lost_its_mark_with_its_data_gets_it_again() {
        tell(1, "c1");
        await().atMost(LIMIT).until(() -> !mark().isEmpty());

        node.kill();
        node.restart();

        await().atMost(LIMIT).until(() -> !mark().isEmpty());
        assertThat(mark()).startsWith(INSTALLATION + " c1 ");
    }

    /** As from a coordinator that was upgraded after the cluster had been created. */
    @Test
    void nodes_that_are_in_use_are_marked_when_the_metadata_says_so() {
        send(proxy(1, "c1", null));
        assertThat(ask("SET", "key", "ours")).isEqualTo("OK");

        assertThat(tell(2, "c1")).isEqualTo("OK");

        assertThat(ask("GET", "key")).isEqualTo("ours");
        await().atMost(LIMIT).until(() -> mark().startsWith(INSTALLATION + " c1 2 "));
    }

    /** As from a coordinator of the original. */
    @Test
    void nodes_are_marked_for_what_the_broker_says_where_a_coordinator_does_not() {
        send(proxy(1, "c1", null));
        ask("SET", "key", "ours");
        proxy.adopt(proxy(1, "c1", new Tenancy(INSTALLATION, "c1", List.of(), List.of(), null)), false);
        await().atMost(LIMIT).until(() -> mark().startsWith(INSTALLATION + " c1 1 "));
        assertThat(ask("GET", "key")).isEqualTo("ours");
    }

    private String tell(long epoch, String clusterId, PastUse... past) {
        return send(proxy(epoch, clusterId, new Tenancy(INSTALLATION, clusterId, List.of(past), List.of(), null)));
    }

    private String tellFree(long epoch, PastUse... past) {
        Node free = new Node(address(), self(), List.of(), new ReplMeta(Role.MASTER, List.of()));
        Tenancy tenancy = new Tenancy(INSTALLATION, null, List.of(past), List.of(), null);
        return send(
                new Proxy(null, self(), new Epoch(epoch), List.of(free), List.of(), List.of(), null, null, tenancy));
    }

    private void tellReplica(long epoch, String clusterId, RedisServerProcess master) {
        ReplPeer peer = new ReplPeer(new NodeAddress(master.address()), new ProxyAddress("127.0.0.1:2"));
        Node replica = new Node(address(), self(), List.of(), new ReplMeta(Role.REPLICA, List.of(peer)));
        Tenancy tenancy = new Tenancy(INSTALLATION, clusterId, List.of(), List.of(), null);
        send(new Proxy(
                DEMO,
                self(),
                new Epoch(epoch),
                List.of(replica),
                List.of(),
                List.of(),
                ClusterConfig.DEFAULT,
                null,
                tenancy));
    }

    private Proxy proxy(long epoch, String clusterId, @Nullable Tenancy tenancy) {
        Node master = new Node(
                address(), self(), List.of(TaggedSlots.stable(SlotRanges.ALL)), new ReplMeta(Role.MASTER, List.of()));
        return new Proxy(
                DEMO,
                self(),
                new Epoch(epoch),
                List.of(master),
                List.of(),
                List.of(),
                ClusterConfig.DEFAULT,
                null,
                tenancy);
    }

    private String send(Proxy metadata) {
        try (RespConnection control = RespConnection.to(port)) {
            return text(control.call(SetMeta.of(metadata, false).toCommand(true).toArray(String[]::new)));
        }
    }

    private ProxyAddress self() {
        return new ProxyAddress("127.0.0.1:" + port);
    }

    private NodeAddress address() {
        return new NodeAddress(node.address());
    }

    private String ask(String... command) {
        return text(client.call(command));
    }

    private String onNode(String... command) {
        try (RespConnection connection = node.connect()) {
            return text(connection.call(command));
        }
    }

    private int size() {
        return Integer.parseInt(onNode("DBSIZE"));
    }

    private String mark() {
        try (RespConnection connection = node.connect()) {
            connection.call("SELECT", "1");
            RespValue mark = connection.call("GET", "undermoon:tenant");
            return mark instanceof RespValue.Bulk bulk ? bulk.text() : "";
        }
    }
}
