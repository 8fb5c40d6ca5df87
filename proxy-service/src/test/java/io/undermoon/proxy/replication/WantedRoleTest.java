package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.node.InfoReport;
import org.junit.jupiter.api.Test;

class WantedRoleTest {
    @Test
    void compares_masters_by_host_and_port() {
        InfoReport report = InfoReport.parse("role:slave\r\nmaster_host:redis-1.example\r\nmaster_port:7001\r\n");

        assertThat(WantedRole.replicaOf(new NodeAddress("Redis-1.example:7001")).isMetBy(report))
                .isTrue();
        assertThat(WantedRole.replicaOf(new NodeAddress("redis-1.example:7002")).isMetBy(report))
                .isFalse();
        assertThat(WantedRole.MASTER.isMetBy(report)).isFalse();
    }

    @Test
    void any_master_is_a_master() {
        assertThat(WantedRole.MASTER.isMetBy(InfoReport.parse("role:master"))).isTrue();
    }
}
