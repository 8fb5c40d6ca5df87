package io.undermoon.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.undermoon.broker.config.Settings.StorageType;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @Test
    void has_the_defaults_of_the_original_but_for_the_storage() {
        BrokerConfig config = config(Map.of());
        assertThat(config.address()).hasToString("127.0.0.1:7799");
        assertThat(config.failureTtl()).isEqualTo(60);
        assertThat(config.failureQuorum()).as("a majority").isZero();
        assertThat(config.migrationLimit()).isEqualTo(1);
        assertThat(config.storageType()).isEqualTo("file");
        assertThat(config.metaFilename()).isEqualTo("metadata");
        assertThat(config.recoverFromMetaFile()).isFalse();
        assertThat(config.autoUpdateMetaFile()).isFalse();
        assertThat(config.updateMetaFileInterval()).isZero();
        assertThat(config.replicaAddresses()).isEmpty();
        assertThat(config.syncMetaInterval()).isZero();
        assertThat(config.enableOrderedProxy()).isFalse();
        assertThat(config.httpStorageAddress()).hasToString("localhost:9999");
        assertThat(config.storageName()).isEqualTo("my_storage_name");
        assertThat(config.storagePassword()).isEqualTo("my_storage_password");
        assertThat(config.refreshInterval()).isEqualTo(30);
        assertThat(config.etcd().endpoints()).containsExactly(HostPort.parse("127.0.0.1:2379"));
        assertThat(config.etcd().prefix()).isEqualTo("/undermoon/");
        assertThat(config.etcd().username()).isEmpty();
        assertThat(config.etcd().password()).isEmpty();
        assertThat(config.etcd().timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.kubernetes().server()).isEmpty();
        assertThat(config.kubernetes().namespace()).isEmpty();
        assertThat(config.kubernetes().name()).isEqualTo("undermoon-metadata");
        assertThat(config.kubernetes().tokenFile()).isEmpty();
        assertThat(config.kubernetes().caCertFile()).isEmpty();
        assertThat(config.kubernetes().certFile()).isEmpty();
        assertThat(config.kubernetes().keyFile()).isEmpty();
        assertThat(config.kubernetes().timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.tls().storage()).isFalse();
        assertThat(config.debug()).isFalse();
        assertThat(config.autoScaling().interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.autoScaling().timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.proxyPassword()).isEmpty();
        assertThat(config.controlSecret()).isEmpty();
        assertThat(config.proxyClient().timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.replicaClient().timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(Settings.of(config).newClusterConfig()).isEqualTo(ClusterConfig.DEFAULT);
    }

    @Test
    void reads_the_environment_of_the_original() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(BrokerConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new EnvConfigSource(
                        Map.of(
                                "UNDERMOON_FAILURE_QUORUM", "2",
                                "UNDERMOON_ENABLE_ORDERED_PROXY", "yes",
                                "UNDERMOON_REPLICA_ADDRESSES", "a:1,b:2",
                                "UNDERMOON_MIGRATION_SCAN_COUNT", "64",
                                "UNDERMOON_PROXY_PASSWORD", "s3cret",
                                "UNDERMOON_AUTO_SCALING_TIMEOUT", "5s"),
                        300))
                .build();
        BrokerConfig broker = config.getConfigMapping(BrokerConfig.class);
        assertThat(broker.enableOrderedProxy()).isTrue();
        assertThat(broker.proxyPassword()).contains("s3cret");
        assertThat(broker.autoScaling().timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(Settings.of(broker).limits().failureQuorum()).isEqualTo(2);
        assertThat(Settings.of(broker).replicaAddresses()).containsExactly("a:1", "b:2");
        assertThat(Settings.of(broker).newClusterConfig().migrationConfig().scanCount())
                .isEqualTo(64);
    }

    @Test
    void keeps_the_file_of_those_who_asked_for_it_in_the_original_way() {
        assertThat(storage(Map.of())).isEqualTo(StorageType.FILE);
        assertThat(storage(Map.of("undermoon.storage_type", "Memory"))).isEqualTo(StorageType.MEMORY);
        assertThat(storage(Map.of("undermoon.storage_type", "etcd"))).isEqualTo(StorageType.ETCD);
        assertThat(storage(Map.of("undermoon.storage_type", "Kubernetes"))).isEqualTo(StorageType.KUBERNETES);
        assertThat(storage(Map.of("undermoon.storage_type", "HTTP"))).isEqualTo(StorageType.HTTP);
        assertThat(storage(Map.of("undermoon.storage_type", "memory", "undermoon.auto_update_meta_file", "true")))
                .isEqualTo(StorageType.FILE);
    }

    @ParameterizedTest
    @CsvSource({
        "failure_ttl, soon",
        "failure_ttl, 0",
        "failure_quorum, -1",
        "migration_limit, -1",
        "enable_ordered_proxy, maybe",
        "storage_type, paper",
        "refresh_interval, 0",
        "http_storage_address, nowhere",
        "etcd.endpoints, nowhere",
        "etcd.timeout, 0",
        "kubernetes.timeout, 0",
        "compression_strategy, some",
        "migration_scan_count, 0",
        "replica_addresses, nowhere",
        "address, 127.0.0.1",
        "auto_scaling.timeout, later",
    })
    void stops_on_a_value_that_cannot_be_used_and_names_it(String key, String value) {
        assertThatThrownBy(() -> Settings.of(config(Map.of("undermoon." + key, value))))
                .hasMessageContaining(key)
                .hasMessageContaining(value);
    }

    private static StorageType storage(Map<String, String> properties) {
        return Settings.of(config(properties)).storageType();
    }

    private static BrokerConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(BrokerConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(BrokerConfig.class);
    }
}
