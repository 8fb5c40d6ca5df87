package io.undermoon.broker.storage.etcd;

import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageContract;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.EtcdServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("io.undermoon.testsupport.EtcdServers#isInstalled")
class EtcdStorageContractTest extends StorageContract {
    @TempDir
    static Path directory;

    private static EtcdServers etcd;

    private final String prefix = "/" + UUID.randomUUID();

    @BeforeAll
    static void start() {
        etcd = EtcdServers.start(directory, 1);
    }

    @AfterAll
    static void stop() {
        etcd.close();
    }

    @Override
    protected MetadataStorage openAnew() {
        HostPort endpoint = HostPort.parse(etcd.address(0));
        return new EtcdStorage(new EtcdOptions(List.of(endpoint), prefix, "", "", Duration.ofSeconds(10)), EMPTY, null);
    }

    @Override
    protected boolean isShared() {
        return true;
    }

    @Override
    protected boolean notifies() {
        return true;
    }

    @Override
    protected boolean isDurable() {
        return true;
    }
}
