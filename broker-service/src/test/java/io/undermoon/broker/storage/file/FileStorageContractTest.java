package io.undermoon.broker.storage.file;

import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileStorageContractTest extends StorageContract {
    @TempDir
    Path directory;

    @Override
    protected MetadataStorage openAnew() {
        return FileStorage.open(directory.resolve("metadata"), EMPTY);
    }

    @Override
    protected boolean isShared() {
        return false;
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
