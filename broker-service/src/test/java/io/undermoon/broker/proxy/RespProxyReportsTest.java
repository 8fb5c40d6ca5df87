package io.undermoon.broker.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.broker.plan.ProxyReport.Content;
import io.undermoon.broker.plan.ProxyReport.NodeRole;
import io.undermoon.broker.plan.ProxyReport.Slots;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.SlotRanges;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reply to {@code UMCTL INFO}. */
class RespProxyReportsTest {
    private static final NodeAddress MASTER = new NodeAddress("10.0.0.1:7001");
    private static final NodeAddress REPLICA = new NodeAddress("10.0.0.1:7002");
    private static final ProxyAddress PARTNER = new ProxyAddress("10.0.0.2:5299");

    @Test
    void reads_roles_and_slots() {
        RespValue leaving = array(
                "7",
                "src_proxy: 10.0.0.1:5299",
                "src_node: " + MASTER,
                "dst_proxy: 10.0.0.3:5299",
                "dst_node: 10.0.0.3:7001",
                "1 100-199");
        RespValue coming = array(
                "7",
                "src_proxy: 10.0.0.3:5299",
                "src_node: 10.0.0.3:7001",
                "dst_proxy: 10.0.0.1:5299",
                "dst_node: " + MASTER,
                "1 300-399");
        RespValue info = info(
                "orders",
                array(
                        "name: orders",
                        "epoch: 7",
                        "nodes:",
                        array(MASTER.value(), array(array("2 0-99 500"), leaving, coming))),
                array(
                        array(
                                "cluster:orders\n",
                                "role:master\n",
                                "node_address:" + MASTER + "\n",
                                "replica:10.0.0.2:7002@" + PARTNER + "\n"),
                        array(
                                "cluster:orders\n",
                                "role:replica\n",
                                "node_address:" + REPLICA + "\n",
                                "master:10.0.0.2:7001@" + PARTNER + "\n")));

        assertThat(RespProxyReports.content(info))
                .isEqualTo(new Content(
                        new ClusterName("orders"),
                        List.of(
                                new NodeRole(
                                        MASTER,
                                        Role.MASTER,
                                        List.of(new ReplPeer(new NodeAddress("10.0.0.2:7002"), PARTNER))),
                                new NodeRole(
                                        REPLICA,
                                        Role.REPLICA,
                                        List.of(new ReplPeer(new NodeAddress("10.0.0.2:7001"), PARTNER)))),
                        Map.of(
                                MASTER,
                                new Slots(
                                        SlotRanges.of(0, 99).union(SlotRanges.of(500, 500)),
                                        SlotRanges.of(100, 199)))));
    }

    @Test
    void reads_that_a_proxy_is_free() {
        RespValue info = info("", array("name: ", "epoch: 7", "nodes:"), array());
        assertThat(RespProxyReports.content(info)).isEqualTo(new Content(null, List.of(), Map.of()));
    }

    @Test
    void refuses_other_replies() {
        assertThatThrownBy(() -> RespProxyReports.content(new RespValue.Failure("ERR unknown command")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static RespValue info(String cluster, RespValue local, RespValue replication) {
        return array(
                "Cluster",
                array(cluster, "local", local, "peer", array("peers:")),
                "Replication",
                replication,
                "Migration",
                array("name: " + cluster));
    }

    private static RespValue array(Object... items) {
        return new RespValue.Array(Arrays.stream(items)
                .map(item -> item instanceof RespValue value ? value : new RespValue.Bulk((String) item))
                .toList());
    }
}
