package io.undermoon.broker.storage;

/** One instance stands for all brokers. */
class MemoryStorageTest extends StorageContract {
    private final MemoryStorage shared = new MemoryStorage(EMPTY);

    @Override
    protected MetadataStorage openAnew() {
        return shared;
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
        return false;
    }
}
