package io.undermoon.proxy.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.cluster.FailingProxies.Health;
import io.undermoon.proxy.testing.ControlFixture;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterCommandsTest {
    private static final String SELF_ID = "mydb____________________9f8fca2805923328";
    private static final String PEER = "127.0.0.2:5299";
    private static final String PEER_ID = id(PEER);
    private static final String META = "2 127.0.0.1:5299 127.0.0.1:7001 127.0.0.2:5299 127.0.0.2:7002";

    private final ControlFixture proxy = new ControlFixture();

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void nodes_has_the_format_of_the_original() {
        apply("UMCTL SETCLUSTER v2 233 NOFLAG testcluster 127.0.0.1:7001 1 0-100 127.0.0.1:7002 1 300-300");
        assertThat(proxy.text("CLUSTER", "NODES"))
                .isEqualTo(
                        "testcluster_____________9f8fca2805923328 127.0.0.1:5299@5299 myself,master - 0 0 233 connected"
                                + " 0-100 300\n");
    }

    @Test
    void nodes_has_no_bus_port_in_version_1() {
        try (ControlFixture v1 = new ControlFixture(null, false)) {
            assertThat(v1.text("CLUSTER", "NODES"))
                    .isEqualTo("________________________9f8fca2805923328 127.0.0.1:5299 myself,master - 0 0 0 "
                            + "connected\n");
        }
    }

    @Test
    void shows_peers_after_itself_and_replicas_with_their_masters() {
        applyTwoProxies();
        assertThat(proxy.text("CLUSTER", "NODES"))
                .isEqualTo(SELF_ID + " 127.0.0.1:5299@5299 myself,master - 0 0 7 connected 0-8191\n"
                        + PEER_ID + " 127.0.0.2:5299@5299 master - 0 0 7 connected 8192-16383\n"
                        + id("127.0.0.2:7003") + " 127.0.0.2:5299@5299 slave " + SELF_ID + " 0 0 7 connected\n"
                        + id("127.0.0.1:7004") + " 127.0.0.1:5299@5299 slave " + PEER_ID + " 0 0 7 connected\n");
    }

    @Test
    void replicas_of_masters_without_slots_are_shown_with_their_masters() {
        apply("UMCTL SETCLUSTER v2 7 NOFLAG mydb 127.0.0.1:7001 1 0-16383 PEER 127.0.0.2:5299 0"
                + " REPLICA 127.0.0.2:7003 127.0.0.2:15299 1 0-16383 127.0.0.1:7004 127.0.0.1:15299 0 127.0.0.2:5299");
        String replica = id("127.0.0.1:7004") + " 127.0.0.1:15299@5299 slave " + PEER_ID + " 0 0 7 connected";
        assertThat(proxy.text("CLUSTER", "NODES"))
                .isEqualTo(SELF_ID + " 127.0.0.1:5299@5299 myself,master - 0 0 7 connected 0-16383\n"
                        + PEER_ID + " 127.0.0.2:5299@5299 master - 0 0 7 connected\n"
                        + id("127.0.0.2:7003") + " 127.0.0.2:15299@5299 slave " + SELF_ID + " 0 0 7 connected\n"
                        + replica + "\n");
        assertThat(proxy.call("CLUSTER", "REPLICAS", PEER_ID)).isEqualTo(array(bulk(replica)));
        assertThat(proxy.call("CLUSTER", "SHARDS").toString()).contains("15299");
        assertThat(proxy.call("CLUSTER", "SLOTS"))
                .isEqualTo(array(array(
                        number(0),
                        number(16383),
                        node("127.0.0.1", SELF_ID),
                        array(bulk("127.0.0.2"), number(15299), bulk(id("127.0.0.2:7003")), array()))));

        // The first slots are on their way.
        apply("UMCTL SETCLUSTER v2 8 NOFLAG mydb 127.0.0.1:7001 1 0-8000 127.0.0.1:7001 MIGRATING 1 8001-16383 " + META
                + " PEER 127.0.0.2:5299 IMPORTING 1 8001-16383 " + META
                + " REPLICA 127.0.0.1:7004 127.0.0.1:15299 IMPORTING 1 8001-16383 " + META);
        assertThat(proxy.text("CLUSTER", "NODES")).contains(replica.replace(" 7 ", " 8 "));
    }

    @Test
    void shows_slots_with_replicas() {
        applyTwoProxies();
        assertThat(proxy.call("CLUSTER", "SLOTS"))
                .isEqualTo(array(
                        array(
                                number(0),
                                number(8191),
                                node("127.0.0.1", SELF_ID),
                                node("127.0.0.2", id("127.0.0.2:7003"))),
                        array(
                                number(8192),
                                number(16383),
                                node("127.0.0.2", PEER_ID),
                                node("127.0.0.1", id("127.0.0.1:7004")))));
    }

    @Test
    void nodes_in_slots_have_three_elements_in_version_1() {
        try (ControlFixture v1 = new ControlFixture(null, false)) {
            v1.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.1:7001 1 0-16383");
            assertThat(v1.call("CLUSTER", "SLOTS"))
                    .isEqualTo(array(
                            array(number(0), number(16383), array(bulk("127.0.0.1"), number(5299), bulk(SELF_ID)))));
        }
    }

    @Test
    void shows_the_masters_and_the_replicas_behind_one_proxy_as_one_node_each() {
        apply("UMCTL SETREPL 7 NOFLAG replica mydb 127.0.0.1:7001 1 127.0.0.2:7001 127.0.0.2:5299"
                + " replica mydb 127.0.0.1:7002 1 127.0.0.2:7002 127.0.0.2:5299");
        apply("UMCTL SETCLUSTER v2 7 NOFLAG mydb PEER 127.0.0.2:5299 2 0-99 200-299 127.0.0.3:5299 1 100-199"
                + " REPLICA 127.0.0.1:7001 127.0.0.1:5299 1 0-99 127.0.0.1:7002 127.0.0.1:5299 1 200-299");
        String replica = id("127.0.0.1:7001");
        assertThat(proxy.text("CLUSTER", "NODES"))
                .as("this proxy has no master, so it is none")
                .isEqualTo(PEER_ID + " 127.0.0.2:5299@5299 master - 0 0 7 connected 0-99 200-299\n"
                        + id("127.0.0.3:5299") + " 127.0.0.3:5299@5299 master - 0 0 7 connected 100-199\n"
                        + replica + " 127.0.0.1:5299@5299 myself,slave " + PEER_ID + " 0 0 7 connected\n");
        assertThat(proxy.text("CLUSTER", "MYID")).isEqualTo(replica);
        assertThat(proxy.text("CLUSTER", "MYSHARDID")).isEqualTo(PEER_ID);
    }

    @Test
    void a_failover_takes_over_from_the_master_of_the_replica() {
        applyTwoProxies();
        assertThat(proxy.words("CLUSTER FAILOVER")).isEqualTo("-ERR You should send CLUSTER FAILOVER to a replica\r\n");
        proxy.client.role(Role.REPLICA);
        assertThat(proxy.words("CLUSTER FAILOVER")).isEqualTo("+OK\r\n");
        assertThat(proxy.words("CLUSTER FAILOVER force")).isEqualTo("+OK\r\n");
        assertThat(proxy.words("CLUSTER FAILOVER TAKEOVER")).isEqualTo("+OK\r\n");
        assertThat(proxy.controlPlane.failovers).containsExactly(PEER, PEER + " force", PEER + " force");

        assertThat(proxy.words("CLUSTER FAILOVER NOW")).isEqualTo("-ERR syntax error\r\n");
        assertThat(proxy.words("CLUSTER FAILOVER FORCE TAKEOVER")).isEqualTo("-ERR syntax error\r\n");
        proxy.controlPlane.refusal = "ERR Master is down or failed, please use CLUSTER FAILOVER FORCE";
        assertThat(proxy.words("CLUSTER FAILOVER")).isEqualTo("-" + proxy.controlPlane.refusal + "\r\n");
    }

    @Test
    void nodes_that_fail_are_shown_as_redis_shows_them() {
        applyTwoProxies();
        String replica = id("127.0.0.2:7003");
        proxy.controlPlane.failing = failing(Health.SUSPECTED);
        assertThat(proxy.text("CLUSTER", "NODES"))
                .contains(PEER_ID + " 127.0.0.2:5299@5299 master,fail? - 0 0 7 disconnected 8192-16383\n")
                .contains(replica + " 127.0.0.2:5299@5299 slave,fail? " + SELF_ID + " 0 0 7 disconnected\n");
        assertThat(proxy.text("CLUSTER", "INFO"))
                .startsWith("cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:8192\r\n"
                        + "cluster_slots_pfail:8192\r\ncluster_slots_fail:0\r\n");
        assertThat(proxy.call("CLUSTER", "SLOTS").toString()).contains(replica);

        proxy.controlPlane.failing = failing(Health.FAILED);
        assertThat(proxy.text("CLUSTER", "NODES"))
                .contains(PEER_ID + " 127.0.0.2:5299@5299 master,fail - 0 0 7 disconnected 8192-16383\n")
                .contains(replica + " 127.0.0.2:5299@5299 slave,fail " + SELF_ID + " 0 0 7 disconnected\n")
                .contains(SELF_ID + " 127.0.0.1:5299@5299 myself,master - 0 0 7 connected 0-8191\n");
        assertThat(proxy.text("CLUSTER", "INFO"))
                .startsWith("cluster_state:fail\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:8192\r\n"
                        + "cluster_slots_pfail:0\r\ncluster_slots_fail:8192\r\n");
        assertThat(proxy.call("CLUSTER", "SLOTS").toString())
                .as("clients read from replicas that are there")
                .doesNotContain(replica)
                .contains(PEER_ID);
        assertThat(proxy.call("CLUSTER", "SHARDS").toString()).contains("failed");
    }

    private static FailingProxies failing(Health health) {
        return new FailingProxies(
                Map.of(new ProxyAddress(PEER), health),
                Map.of(new NodeAddress("127.0.0.2:7002"), health, new NodeAddress("127.0.0.2:7003"), health));
    }

    @Test
    void a_replica_stays_with_its_master_whose_slots_have_moved() {
        applyTwoProxies();
        apply("UMCTL SETCLUSTER v2 8 NOFLAG mydb 127.0.0.1:7001 IMPORTING 1 8192-16383 8 127.0.0.2:5299 127.0.0.2:7002"
                + " 127.0.0.1:5299 127.0.0.1:7001 PEER 127.0.0.2:5299 MIGRATING 1 8192-16383 8 127.0.0.2:5299"
                + " 127.0.0.2:7002 127.0.0.1:5299 127.0.0.1:7001 REPLICA 127.0.0.3:7004 127.0.0.3:15299 MIGRATING 1"
                + " 8192-16383 8 127.0.0.2:5299 127.0.0.2:7002 127.0.0.1:5299 127.0.0.1:7001");
        proxy.own(SlotOwnership.LOCAL);
        assertThat(proxy.text("CLUSTER", "NODES"))
                .contains(" myself,master - 0 0 8 connected 8192-16383\n")
                .contains(" 127.0.0.3:15299@5299 slave " + PEER_ID + " 0 0 8 connected\n");
        assertThat(proxy.call("CLUSTER", "SLOTS"))
                .isEqualTo(array(array(number(8192), number(16383), node("127.0.0.1", SELF_ID))));
    }

    @Test
    void cuts_slots_where_the_replica_changes() {
        apply("UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.1:7001 1 0-99 127.0.0.1:7002 1 100-199"
                + " REPLICA 127.0.0.2:7003 127.0.0.2:5299 1 100-199");
        assertThat(proxy.call("CLUSTER", "SLOTS"))
                .isEqualTo(array(
                        array(number(0), number(99), node("127.0.0.1", SELF_ID)),
                        array(
                                number(100),
                                number(199),
                                node("127.0.0.1", SELF_ID),
                                node("127.0.0.2", id("127.0.0.2:7003")))));
        assertThat(proxy.text("CLUSTER", "NODES"))
                .startsWith(SELF_ID + " 127.0.0.1:5299@5299 myself,master")
                .contains("connected 0-199\n");
    }

    @Test
    void shows_migrating_slots_at_their_source() {
        apply("UMCTL SETCLUSTER v2 2 NOFLAG mydb 127.0.0.1:7001 1 0-8000 127.0.0.1:7001 MIGRATING 1 8001-16383 " + META
                + " PEER 127.0.0.2:5299 IMPORTING 1 8001-16383 " + META);
        assertThat(proxy.text("CLUSTER", "NODES"))
                .isEqualTo(SELF_ID + " 127.0.0.1:5299@5299 myself,master - 0 0 2 connected 0-16383\n" + PEER_ID
                        + " 127.0.0.2:5299@5299 master - 0 0 2 connected\n");
    }

    @Test
    void shows_migrating_slots_at_their_source_when_only_the_destination_knows() {
        apply("UMCTL SETCLUSTER v2 2 NOFLAG mydb PEER 127.0.0.2:5299 IMPORTING 1 8001-16383"
                + " 2 127.0.0.3:5299 127.0.0.3:7001 127.0.0.2:5299 127.0.0.2:7002");
        assertThat(proxy.text("CLUSTER", "NODES"))
                .contains(id("127.0.0.3:5299") + " 127.0.0.3:5299@5299 master - 0 0 2 connected 8001-16383\n")
                .contains(PEER_ID + " 127.0.0.2:5299@5299 master - 0 0 2 connected\n");
    }

    @Test
    void shows_masters_without_slots() {
        apply("UMCTL SETCLUSTER v2 2 NOFLAG mydb 127.0.0.1:7001 1 0-16383 PEER " + PEER + " 0");
        assertThat(proxy.text("CLUSTER", "NODES"))
                .isEqualTo(SELF_ID + " 127.0.0.1:5299@5299 myself,master - 0 0 2 connected 0-16383\n" + PEER_ID
                        + " 127.0.0.2:5299@5299 master - 0 0 2 connected\n");
        assertThat(((RespValue.Array) proxy.call("CLUSTER", "SHARDS")).items()).hasSize(2);
        assertThat(((RespValue.Array) proxy.call("CLUSTER", "SLOTS")).items()).hasSize(1);
        assertThat(proxy.text("CLUSTER", "INFO"))
                .contains("cluster_known_nodes:2\r\n")
                .contains("cluster_size:1\r\n");
    }

    @Test
    void shows_shards_in_the_format_of_redis() {
        applyTwoProxies();
        proxy.nodeStates.add(new NodeState(
                new NodeAddress("127.0.0.1:7004"),
                Role.REPLICA,
                false,
                5,
                "down",
                77,
                "127.0.0.1:7009",
                -1,
                "none",
                true));
        RespValue.Array shards = (RespValue.Array) proxy.call("CLUSTER", "SHARDS");
        assertThat(shards.items())
                .containsExactly(
                        shard(
                                List.of(number(0), number(8191)),
                                shardNode(SELF_ID, "127.0.0.1", "master", 0, "online"),
                                shardNode(id("127.0.0.2:7003"), "127.0.0.2", "replica", 0, "online")),
                        shard(
                                List.of(number(8192), number(16383)),
                                shardNode(PEER_ID, "127.0.0.2", "master", 0, "online"),
                                shardNode(id("127.0.0.1:7004"), "127.0.0.1", "replica", 77, "failed")));
    }

    @Test
    void lists_the_replicas_of_a_master() {
        applyTwoProxies();
        assertThat(proxy.call("CLUSTER", "REPLICAS", SELF_ID))
                .isEqualTo(proxy.call("CLUSTER", "SLAVES", SELF_ID))
                .isEqualTo(array(
                        bulk(id("127.0.0.2:7003") + " 127.0.0.2:5299@5299 slave " + SELF_ID + " 0 0 7 connected")));
        assertThat(proxy.wire("CLUSTER", "REPLICAS", id("127.0.0.2:7003")))
                .isEqualTo("-ERR The specified node is not a master\r\n");
    }

    @Test
    void has_no_links_and_no_keys_of_slots_elsewhere() {
        applyTwoProxies();
        assertThat(proxy.words("CLUSTER LINKS")).isEqualTo("*0\r\n");
        assertThat(proxy.words("CLUSTER GETKEYSINSLOT 16383 10")).isEqualTo("*0\r\n");
        assertThat(proxy.words("CLUSTER GETKEYSINSLOT 0 0")).isEqualTo("*0\r\n");
    }

    @Test
    void reports_the_cluster_state() {
        assertThat(proxy.text("CLUSTER", "INFO"))
                .startsWith("cluster_state:fail\r\ncluster_slots_assigned:0\r\n")
                .contains("cluster_known_nodes:1\r\ncluster_size:0\r\n");
        applyTwoProxies();
        assertThat(proxy.text("CLUSTER", "INFO"))
                .startsWith("cluster_state:ok\r\ncluster_slots_assigned:16384\r\n")
                .contains("cluster_known_nodes:4\r\ncluster_size:2\r\ncluster_current_epoch:7\r\n");
    }

    @Test
    void answers_keyslot_and_myid() {
        apply("UMCTL SETCLUSTER v2 1 NOFLAG mydb");
        assertThat(proxy.words("CLUSTER KEYSLOT foo")).isEqualTo(":12182\r\n");
        assertThat(proxy.words("CLUSTER KEYSLOT {b}foo")).isEqualTo(":3300\r\n");
        assertThat(proxy.text("CLUSTER", "MYID")).isEqualTo(SELF_ID);
        assertThat(proxy.text("CLUSTER", "MYSHARDID")).isEqualTo(SELF_ID);
    }

    @Test
    void counts_no_keys_of_slots_it_does_not_serve() {
        assertThat(proxy.words("CLUSTER COUNTKEYSINSLOT 5")).isEqualTo(":0\r\n");
        assertThat(proxy.words("CLUSTER COUNTKEYSINSLOT 16384")).isEqualTo("-ERR Invalid slot\r\n");
        assertThat(proxy.words("CLUSTER COUNTKEYSINSLOT -1")).isEqualTo("-ERR Invalid slot\r\n");
    }

    private void applyTwoProxies() {
        apply("UMCTL SETCLUSTER v2 7 NOFLAG mydb 127.0.0.1:7001 1 0-8191 PEER 127.0.0.2:5299 1 8192-16383"
                + " REPLICA 127.0.0.2:7003 127.0.0.2:5299 1 0-8191 127.0.0.1:7004 127.0.0.1:5299 1 8192-16383");
    }

    private void apply(String setCluster) {
        assertThat(proxy.words(setCluster)).isEqualTo("+OK\r\n");
    }

    private static String id(String address) {
        return "mydb____________________"
                + String.format("%-16s", Long.toHexString(NodeId.crc64(address)))
                        .replace(' ', '_');
    }

    private static RespValue node(String host, String id) {
        return array(bulk(host), number(5299), bulk(id), array());
    }

    private static RespValue shard(List<RespValue> slots, RespValue... nodes) {
        return array(bulk("slots"), new RespValue.Array(slots), bulk("nodes"), array(nodes));
    }

    private static RespValue shardNode(String id, String host, String role, int offset, String health) {
        return array(
                bulk("id"),
                bulk(id),
                bulk("port"),
                number(5299),
                bulk("ip"),
                bulk(host),
                bulk("endpoint"),
                bulk(host),
                bulk("role"),
                bulk(role),
                bulk("replication-offset"),
                number(offset),
                bulk("health"),
                bulk(health));
    }

    private static RespValue array(RespValue... items) {
        return new RespValue.Array(List.of(items));
    }

    private static RespValue bulk(String text) {
        return new RespValue.Bulk(text);
    }

    private static RespValue number(int value) {
        return new RespValue.Int(value);
    }
}
