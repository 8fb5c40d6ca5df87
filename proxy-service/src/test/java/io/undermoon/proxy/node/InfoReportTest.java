package io.undermoon.proxy.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport.AttachedReplica;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class InfoReportTest {
    private static final String MASTER = String.join(
            "\r\n",
            "# Replication",
            "role:master",
            "connected_slaves:4",
            "slave0:ip=127.0.0.1,port=7001,state=online,offset=900,lag=0",
            "slave1:ip=::1,port=7002,state=online,offset=1000,lag=1",
            "slave2:ip=10.0.0.9,port=0,state=online,offset=1,lag=0",
            "slave3:ip=10.0.0.9,port=7003,state=wait_bgsave,offset=0,lag=0",
            "master_replid:8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb",
            "master_repl_offset:1000",
            "repl_backlog_active:1",
            "");

    private static final String REPLICA = String.join(
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
        InfoReport report = InfoReport.parse(MASTER);

        assertThat(report.role()).isEqualTo(Role.MASTER);
        assertThat(report.masterHost()).isEmpty();
        assertThat(report.offset()).isEqualTo(1000);
        assertThat(report.replicationId()).isEqualTo("8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb");
        assertThat(report.hasBacklog()).isTrue();
        assertThat(report.replicas())
                .as("a reader of the stream, without a port, is no replica")
                .containsExactly(
                        new AttachedReplica("127.0.0.1:7001", true, 100, 0),
                        new AttachedReplica("::1:7002", true, 0, 1),
                        new AttachedReplica("10.0.0.9:7003", false, 1000, 0));
        assertThat(report.hasOnlineReplica()).isTrue();
        assertThat(report.onlineReplicas()).isEqualTo(2);
        assertThat(report.replicaSilentSeconds(1)).isZero();
        assertThat(report.replicaSilentSeconds(2)).as("both have to be in step").isEqualTo(1);
        assertThat(report.replicaSilentSeconds(3)).as("one copies still").isEqualTo(1);
        assertThat(report.lagBytes()).as("replicas still copying do not count").isEqualTo(100);
    }

    /** So a master says until its next look at the process that has sent the snapshot. */
    @Test
    void a_replica_that_has_its_snapshot_is_connected_before_it_is_online() {
        InfoReport report =
                InfoReport.parse("role:master\r\nslave0:ip=127.0.0.1,port=7001,state=send_bulk,offset=0,lag=0\r\n");

        assertThat(report.hasReplica()).isTrue();
        assertThat(report.hasOnlineReplica()).isFalse();
        assertThat(InfoReport.parse("role:master\r\nslave0:ip=127.0.0.1,port=0,state=online,offset=0,lag=0\r\n")
                        .hasReplica())
                .as("a reader of the stream")
                .isFalse();
    }

    @Test
    void reads_a_replica() {
        InfoReport report = InfoReport.parse(REPLICA);

        assertThat(report.role()).isEqualTo(Role.REPLICA);
        assertThat(report.masterHost()).isEqualTo("redis-1.example");
        assertThat(report.masterPort()).isEqualTo(7001);
        assertThat(report.linkUp()).isTrue();
        assertThat(report.offset()).isEqualTo(1200);
        assertThat(report.masterSilentSeconds()).isEqualTo(7);
        assertThat(report.lagBytes()).isEqualTo(34);
        assertThat(report.hasOnlineReplica()).isFalse();
    }

    @Test
    void reads_missing_and_malformed_fields_as_nothing() {
        InfoReport report = InfoReport.parse("role:slave\r\nmaster_host:h\r\nmaster_port:many\r\n");

        assertThat(report.masterPort()).isZero();
        assertThat(report.linkUp()).isFalse();
        assertThat(report.offset()).isZero();
        assertThat(report.loading()).isFalse();
        assertThat(report.hasBacklog()).isFalse();
        assertThat(report.replicas()).isEmpty();
        assertThat(report.majorVersion()).isZero();
        assertThat(report.commandsProcessed()).isEmpty();
    }

    @Test
    void trusts_the_lines_of_replicas_and_not_their_announced_number() {
        assertThat(InfoReport.parse("role:master\r\nconnected_slaves:9223372036854775807\r\n")
                        .replicas())
                .isEmpty();
    }

    @Test
    void recognizes_a_loading_node() {
        assertThat(InfoReport.parse("role:master\r\n# Persistence\r\nloading:1\r\n")
                        .loading())
                .isTrue();
        assertThat(InfoReport.parse("role:slave\r\nloading:0\r\nasync_loading:1\r\n")
                        .loading())
                .isTrue();
        assertThat(InfoReport.parse("role:master\r\n")
                        .plus(InfoReport.parse("loading:1"))
                        .loading())
                .isTrue();
    }

    @Test
    void distinguishes_a_report_without_role() {
        assertThat(InfoReport.parse("# Replication\r\n").hasRole()).isFalse();
        assertThat(InfoReport.parse(REPLICA).hasRole()).isTrue();
    }

    @Test
    void reads_version_and_statistics() {
        InfoReport report = InfoReport.parse("redis_version:7.2.4\r\ntotal_commands_processed:42\r\n");

        assertThat(report.majorVersion()).isEqualTo(7);
        assertThat(report.commandsProcessed()).isEqualTo(OptionalLong.of(42));
    }
}
