package io.undermoon.broker.storage.http;

import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

class HttpStorageContractTest extends StorageContract {
    private final ExternalStore server = new ExternalStore();

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    protected MetadataStorage openAnew() {
        return new HttpStorage(
                new HttpStorage.Options(
                        server.address(), ExternalStore.NAME, ExternalStore.PASSWORD, Duration.ofSeconds(10)),
                EMPTY,
                null);
    }

    @Override
    protected boolean isShared() {
        return true;
    }

    @Override
    protected boolean notifies() {
        return false;
    }

    @Override
    protected boolean isDurable() {
        return true;
    }
}
