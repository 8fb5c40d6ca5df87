package io.undermoon.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataTest {
    @Test
    void cluster_names_have_31_characters_of_a_small_alphabet() {
        for (String legal : List.of("a", "My-cluster_1@x", "x".repeat(31))) {
            assertThat(new ClusterName(legal)).hasToString(legal);
        }
        for (String illegal : List.of("", "x".repeat(32), "a b", "a/b", "ä", "a\n", "a.b")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new ClusterName(illegal))
                    .withMessageContaining("'" + illegal + "'");
        }
    }

    @Test
    void addresses_are_a_host_and_a_port() {
        assertThat(new ProxyAddress("127.0.0.1:7001").port()).isEqualTo(7001);
        assertThat(new ProxyAddress("redis-0.svc.cluster.local:1").host()).isEqualTo("redis-0.svc.cluster.local");
        assertThat(HostPort.parse("[::1]:65535")).isEqualTo(new HostPort("::1", 65535));
        assertThat(HostPort.parse("[::1]:65535")).hasToString("[::1]:65535");
        for (String illegal : List.of(
                "",
                ":",
                "host",
                "host:",
                ":1",
                "host:0",
                "host:65536",
                "host:-1",
                "host:+1",
                "host:1x",
                "::1:80",
                "[]:80",
                "ho st:1",
                "host:1\r\n",
                "ho/st:1",
                "h\u00f6st:1",
                "host:000001",
                "x".repeat(300) + ":1")) {
            assertThatIllegalArgumentException().isThrownBy(() -> new NodeAddress(illegal));
            assertThatIllegalArgumentException().isThrownBy(() -> new ProxyAddress(illegal));
        }
    }

    @Test
    void epochs_do_not_go_below_zero_or_around() {
        assertThat(Epoch.parse("9223372036854775807").value()).isEqualTo(Long.MAX_VALUE);
        assertThat(Epoch.ZERO.next().isAfter(Epoch.ZERO)).isTrue();
        assertThat(Epoch.ZERO.isAfter(Epoch.ZERO)).isFalse();
        assertThatThrownBy(() -> new Epoch(Long.MAX_VALUE).next()).isInstanceOf(ArithmeticException.class);
        for (String illegal : List.of("", "-1", "x", "1.0", "9223372036854775808", " 1")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Epoch.parse(illegal));
        }
    }

    @Test
    void words_are_read_in_any_case() {
        assertThat(Role.parse("MaSter")).isEqualTo(Role.MASTER);
        assertThat(CompressionStrategy.parse("Set_Get_Only")).isEqualTo(CompressionStrategy.SET_GET_ONLY);
        assertThatIllegalArgumentException().isThrownBy(() -> Role.parse("slave"));
        assertThatIllegalArgumentException().isThrownBy(() -> CompressionStrategy.parse(""));
    }

    @Test
    void fields_of_the_configuration_name_what_is_wrong() {
        ClusterConfig config = ClusterConfig.DEFAULT
                .with("Compression_Strategy", "ALLOW_ALL")
                .with("migration_max_migration_time", "1")
                .with("migration_max_blocking_time", "2")
                .with("migration_scan_interval", "3")
                .with("migration_scan_count", "4")
                .with("max_lag_on_failover", "5")
                .with("min_replica_acks", "1")
                .with("copies", "3")
                .with("limit_commands", "1000")
                .with("limit_bytes", "5000000")
                .with("limit_connections", "20");
        assertThat(config)
                .isEqualTo(new ClusterConfig(
                        CompressionStrategy.ALLOW_ALL,
                        new MigrationConfig(1, 2, 3, 4),
                        5L,
                        1,
                        3,
                        new ClusterLimits(1000L, 5_000_000L, 20L)));
        ClusterConfig copy = ClusterConfig.DEFAULT;
        for (var field : config.toFields().entrySet()) {
            copy = copy.with(field.getKey(), field.getValue());
        }
        assertThat(copy).as("proxies are not told the number of copies").isEqualTo(config.forProxies());
        assertThat(config.with("copies", "2")).isEqualTo(config.forProxies());
        assertThatThrownBy(() -> config.with("copies", "6")).hasMessageContaining("copies = '6', expected 2 to 5");
        assertThatThrownBy(() -> config.with("copies", "1")).hasMessageContaining("copies = '1'");
        assertThat(config.with("max_lag_on_failover", "0").toFields()).doesNotContainKey("max_lag_on_failover");
        assertThat(config.with("min_replica_acks", "0").toFields()).doesNotContainKey("min_replica_acks");
        ClusterConfig unlimited =
                config.with("limit_commands", "0").with("limit_bytes", "0").with("limit_connections", "0");
        assertThat(unlimited.limits()).isNull();
        assertThat(unlimited.toFields().keySet()).noneMatch(field -> field.startsWith("limit"));
        assertThatThrownBy(() -> config.with("min_replica_acks", "2"))
                .hasMessageContaining("min_replica_acks = '2', expected 0 or 1");
        assertThatThrownBy(() -> config.with("nothing", "1"))
                .isInstanceOf(ClusterConfig.InvalidFieldException.class)
                .hasMessageStartingWith("FIELD_NOT_FOUND")
                .hasMessageContaining("nothing");
        for (String value : List.of("0", "-1", "x", "", "9223372036854775808")) {
            assertThatThrownBy(() -> config.with("migration_scan_count", value))
                    .hasMessageStartingWith("INVALID_VALUE")
                    .hasMessageContaining("'" + value + "'");
        }
    }

    @Test
    void lists_are_copied_and_parts_are_required() {
        List<ReplPeer> peers = new ArrayList<>();
        ReplMeta repl = new ReplMeta(Role.MASTER, peers);
        peers.add(new ReplPeer(new NodeAddress("h:1"), new ProxyAddress("h:2")));
        assertThat(repl.peers()).isEmpty();
        assertThatThrownBy(() -> new ReplPeer(new NodeAddress("h:1"), null)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> new TaggedSlots(null, SlotState.STABLE)).isInstanceOf(RuntimeException.class);
    }
}
