package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.replication.NodeReport.AttachedReplica;
import org.junit.jupiter.api.Test;

class NodeReportTest {
    static final String MASTER = String.join(
            "\r\n",
            "# Replication",
            "role:master",
            "connected_slaves:3",
            "slave0:ip=127.0.0.1,port=7001,state=online,offset=900,lag=0",
            "slave1:ip=::1,port=7002,state=online,offset=1000,lag=1",
            "slave2:ip=10.0.0.9,port=7003,state=wait_bgsave,offset=0,lag=0",
            "master_repl_offset:1000",
            "");

    static final String REPLICA = String.join(
            "\r\n",
            "# Replication",
            "role:slave",
            "master_host:redis-1.example",
            "master_port:7001",
            "master_link_status:up",
            "master_last_io_seconds_ago:7",
            "master_sync_in_progress:0",
            "slave_read_repl_offset:1234",
            "slave_repl_offset:1200",
            "connected_slaves:0",
            "master_repl_offset:1200",
            "");

    @Test
    void reads_a_master_with_its_replicas() {
        NodeReport report = NodeReport.parse(MASTER);

        assertThat(report.role()).isEqualTo(Role.MASTER);
        assertThat(report.masterHost()).isNull();
        assertThat(report.offset()).isEqualTo(1000);
        assertThat(report.replicas())
                .containsExactly(
                        new AttachedReplica("127.0.0.1:7001", true, 100),
                        new AttachedReplica("::1:7002", true, 0),
                        new AttachedReplica("10.0.0.9:7003", false, 1000));
        assertThat(report.lagBytes()).as("replicas still copying do not count").isEqualTo(100);
    }

    @Test
    void reads_a_replica() {
        NodeReport report = NodeReport.parse(REPLICA);

        assertThat(report.role()).isEqualTo(Role.REPLICA);
        assertThat(report.masterHost()).isEqualTo("redis-1.example");
        assertThat(report.masterPort()).isEqualTo(7001);
        assertThat(report.linkUp()).isTrue();
        assertThat(report.offset()).isEqualTo(1200);
        assertThat(report.masterSilentSeconds()).isEqualTo(7);
        assertThat(report.lagBytes()).isEqualTo(34);
    }

    @Test
    void takes_what_old_servers_do_not_say_for_nothing() {
        NodeReport report = NodeReport.parse("role:slave\r\nmaster_host:h\r\nmaster_port:1\r\n");

        assertThat(report.linkUp()).isFalse();
        assertThat(report.offset()).isZero();
        assertThat(report.loading()).isFalse();
    }

    @Test
    void knows_a_loading_node() {
        assertThat(NodeReport.parse("role:master\r\n# Persistence\r\nloading:1\r\n")
                        .loading())
                .isTrue();
        assertThat(NodeReport.parse("role:slave\r\nloading:0\r\nasync_loading:1\r\n")
                        .loading())
                .isTrue();
    }

    @Test
    void refuses_a_text_without_role() {
        assertThatThrownBy(() -> NodeReport.parse("# Replication\r\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("role");
    }

    @Test
    void compares_masters_by_host_and_port() {
        NodeReport report = NodeReport.parse(REPLICA);

        assertThat(WantedRole.replicaOf(new NodeAddress("Redis-1.example:7001")).isMetBy(report))
                .isTrue();
        assertThat(WantedRole.replicaOf(new NodeAddress("redis-1.example:7002")).isMetBy(report))
                .isFalse();
        assertThat(WantedRole.MASTER.isMetBy(report)).isFalse();
    }
}
