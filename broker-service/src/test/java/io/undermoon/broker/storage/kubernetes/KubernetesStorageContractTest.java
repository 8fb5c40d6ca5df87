package io.undermoon.broker.storage.kubernetes;

import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class KubernetesStorageContractTest extends StorageContract {
    private ApiServer server;

    @BeforeEach
    void start() {
        server = server();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** With nothing in its namespace. */
    ApiServer server() {
        return new ApiServerDouble();
    }

    @Override
    protected MetadataStorage openAnew() {
        return server.open();
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
