package io.undermoon.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.internal.PlatformDependent;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.client.OutputLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxySettingsTest {
    @Test
    void has_these_defaults() {
        ProxyConfig config = Configs.of();

        assertThat(config.address()).hasToString("127.0.0.1:5299");
        assertThat(config.announceAddress()).isEmpty();
        assertThat(config.nodeAddresses()).isEmpty();
        assertThat(config.brokerAddress()).isEmpty();
        assertThat(config.host()).isEmpty();
        assertThat(config.index()).isEmpty();
        assertThat(config.registrationInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.replicationCheckInterval()).isEqualTo(Duration.ofMillis(300));
        assertThat(config.replicaMaxLagBytes()).isZero();
        assertThat(config.replicaMaxSilence()).isZero();
        assertThat(config.shutdownGrace()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.slowlogLen()).isEqualTo(1024);
        assertThat(config.slowlogLogSlowerThan()).isEqualTo(50000);
        assertThat(config.slowlogSampleRate()).isEqualTo(1000);
        assertThat(config.threadNumber()).isZero();
        assertThat(config.maxclients()).isEqualTo(10000);
        assertThat(config.protoMaxBulkLen()).isEqualTo(512 << 20);
        assertThat(config.maxArguments()).isEqualTo(1024 * 1024);
        assertThat(config.clientQueryBufferLimit()).isEqualTo(1 << 30);
        assertThat(config.clientOutputBufferLimit()).isEqualTo(OutputLimits.DEFAULT);
        assertThat(config.maxmemoryClients()).isEqualTo(PlatformDependent.estimateMaxDirectMemory() / 2);
        assertThat(config.maxPipeline()).isEqualTo(1024);
        assertThat(config.sessionTimeout()).isZero();
        assertThat(config.backendTimeout()).isEqualTo(3000);
        assertThat(config.backendConnectTimeout()).isEqualTo(1000);
        assertThat(config.maxPinnedConnections()).isEqualTo(1000);
        assertThat(config.password()).isEmpty();
        assertThat(config.redisUser()).isEmpty();
        assertThat(config.redisPassword()).isEmpty();
        assertThat(config.activeRedirection()).isFalse();
        assertThat(config.maxRedirections()).isEqualTo(4);
        assertThat(config.defaultRedirectionAddress()).isEmpty();
        assertThat(config.clusterNodesVersion()).isEqualTo(ProxyConfig.ClusterNodesVersion.V2);
        assertThat(config.backendConnNum()).isEmpty();
        assertThat(config.backendBatchStrategy()).isEmpty();
        assertThat(config.backendFlushSize()).isEmpty();
        assertThat(config.backendLowFlushInterval()).isEmpty();
        assertThat(config.backendHighFlushInterval()).isEmpty();
    }

    @Test
    void derives_what_is_not_given() {
        ProxySettings settings = Configs.settings("announce_address", "proxy-1.example:5299");

        assertThat(settings.config().address()).isEqualTo(new HostPort("127.0.0.1", 5299));
        assertThat(settings.self().value()).isEqualTo("proxy-1.example:5299");
        assertThat(settings.registration().host()).isEqualTo("proxy-1.example");
        assertThat(settings.registration().isWanted()).isFalse();
        assertThat(settings.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void has_the_limits_of_redis_by_default() {
        assertThat(Configs.settings("maxmemory_clients", "0").limits()).isEqualTo(ClientLimits.DEFAULT);
    }

    @Test
    void takes_lists_separated_by_commas() {
        ProxySettings settings = Configs.settings(
                "node_addresses", "127.0.0.1:7001, 127.0.0.1:7002", "broker_address", "b1:7799,b2:7799");

        assertThat(settings.nodes())
                .containsExactly(new NodeAddress("127.0.0.1:7001"), new NodeAddress("127.0.0.1:7002"));
        assertThat(settings.registration().brokers())
                .containsExactly(new HostPort("b1", 7799), new HostPort("b2", 7799));
        assertThat(settings.registration().isWanted()).isTrue();
    }

    @Test
    void takes_the_values_of_existing_configurations() {
        ProxySettings settings = Configs.settings(
                "backend_conn_num", "2",
                "backend_batch_strategy", "dynamic",
                "backend_flush_size", "1024",
                "backend_low_flush_interval", "200000",
                "backend_high_flush_interval", "600000",
                "cluster_nodes_version", "v1",
                "max_redirections", "0",
                "slowlog_log_slower_than", "-1",
                "thread_number", "3");

        assertThat(settings.sessions().maxRedirections()).isEqualTo(4);
        assertThat(settings.control().busPortInNodes()).isFalse();
        assertThat(settings.threads()).isEqualTo(3);
    }

    @Test
    void explains_redirections_that_mean_little() {
        assertThat(Remarks.of(Configs.settings("max_redirections", "0")))
                .singleElement()
                .asString()
                .contains("max_redirections=0");
        assertThat(Remarks.of(Configs.settings("max_redirections", "1", "active_redirection", "true")))
                .singleElement()
                .asString()
                .contains("max_redirections=1");
        assertThat(Remarks.of(Configs.settings())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    address                     | 5299
                    address                     | localhost:0
                    announce_address            | nowhere
                    node_addresses              | 127.0.0.1:7001
                    node_addresses              | 127.0.0.1:7001,127.0.0.1:7001
                    node_addresses              | a:1,b:2,c:3
                    node_addresses              | b
                    broker_address              | http://broker:7799
                    broker_address              | bro_ker:7799
                    index                       | -1
                    registration_interval       | 0s
                    replication_check_interval  | 0s
                    replication_check_interval  | soon
                    replica_max_lag_bytes       | -1
                    replica_max_silence         | -1s
                    shutdown_grace              | -1s
                    slowlog_len                 | 0
                    slowlog_sample_rate         | 0
                    slowlog_log_slower_than     | fast
                    thread_number               | -1
                    thread_number               | many
                    maxclients                  | 0
                    max_pipeline                | 0
                    max_pinned_connections      | -1
                    proto_max_bulk_len          | 1kb
                    proto_max_bulk_len          | 2gb
                    proto_max_bulk_len          | large
                    max_arguments               | 0
                    client_query_buffer_limit   | 0
                    client_query_buffer_limit   | 1tb
                    client_output_buffer_limit  | normal 0 0
                    client_output_buffer_limit  | nobody 0 0 0
                    client_output_buffer_limit  | pubsub 1 2 soon
                    maxmemory_clients           | 101%
                    maxmemory_clients           | much
                    session_timeout             | -1
                    backend_timeout             | 0
                    backend_connect_timeout     | 0
                    redis_user                  | alone
                    max_redirections            | 5
                    max_redirections            | -1
                    default_redirection_address | elsewhere
                    cluster_nodes_version       | v3
                    backend_conn_num            | 0
                    backend_batch_strategy      | sometimes
                    backend_flush_size          | 0
                    """)
    void refuses_a_bad_value_with_its_name(String key, String value) {
        assertThatThrownBy(() -> Configs.settings(key, value))
                .message()
                .contains("undermoon." + key)
                .containsIgnoringCase(value);
    }

    @Test
    void never_shows_passwords() {
        ProxySettings settings = Configs.settings("password", "hush1", "redis_password", "hush2");

        assertThat(settings.toString()).doesNotContain("hush");
    }
}
