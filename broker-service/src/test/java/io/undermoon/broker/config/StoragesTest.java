package io.undermoon.broker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.kubernetes.ApiServerDouble;
import io.undermoon.testsupport.EtcdServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class StoragesTest {
    @TempDir
    Path directory;

    @Test
    @EnabledIf("io.undermoon.testsupport.EtcdServers#isInstalled")
    void a_start_waits_for_etcd() throws Exception {
        try (EtcdServers etcd = EtcdServers.start(directory, 1)) {
            etcd.kill(0);
            CompletableFuture<MetadataStorage> opening = CompletableFuture.supplyAsync(() -> open(Map.of(
                    "undermoon.storage_type",
                    "etcd",
                    "undermoon.etcd.endpoints",
                    etcd.address(0),
                    "undermoon.etcd.timeout",
                    "300ms")));
            assertThat(opening).isNotDone();
            etcd.restart(0);
            try (MetadataStorage storage = opening.get(60, TimeUnit.SECONDS)) {
                assertThat(storage.load().state().allProxies()).isEmpty();
            }
        }
    }

    @Test
    void the_metadata_is_kept_in_kubernetes() {
        try (ApiServerDouble server = new ApiServerDouble();
                MetadataStorage storage = open(Map.of(
                        "undermoon.storage_type",
                        "kubernetes",
                        "undermoon.kubernetes.server",
                        "http://" + server.address(),
                        "undermoon.kubernetes.namespace",
                        server.namespace()))) {
            assertThat(storage).hasToString("kubernetes " + server.address() + " test/undermoon-metadata");
            assertThat(storage.load().state().allProxies()).isEmpty();
        }
    }

    @Test
    void a_start_ends_at_once_with_a_damaged_file() throws IOException {
        Path file = Files.writeString(directory.resolve("metadata"), "{");
        assertThatThrownBy(() -> open(Map.of("undermoon.meta_filename", file.toString())))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(file.toString());
    }

    private static MetadataStorage open(Map<String, String> properties) {
        BrokerConfig config = new SmallRyeConfigBuilder()
                .withMapping(BrokerConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(BrokerConfig.class);
        return Storages.open(config, Settings.of(config), null);
    }
}
