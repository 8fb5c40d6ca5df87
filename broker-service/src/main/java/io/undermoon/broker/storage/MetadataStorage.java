package io.undermoon.broker.storage;

import io.undermoon.broker.state.Metadata;
import java.util.function.Consumer;

/**
 * Keeps one value of the metadata with its version. Several brokers may share a storage; the versions are what keeps them
 * from overwriting one another. Implementations are safe for any number of threads.
 */
public interface MetadataStorage extends AutoCloseable {
    /**
     * A value and the version under which it is stored.
     *
     * @param version opaque; only ever compared for equality
     */
    record Versioned(Metadata state, String version) {}

    /** What a {@link #compareAndSet} came to. */
    sealed interface WriteResult {
        /** The value is durable. */
        record Stored(String version) implements WriteResult {}

        /** Somebody else stored another value since; nothing was changed. */
        record Conflict() implements WriteResult {}
    }

    /**
     * The present value.
     *
     * @throws StorageException if it cannot be read
     */
    Versioned load();

    /**
     * Replaces the value if its version is still the expected one, and returns when the new value is durable.
     *
     * @throws StorageException if it could not be stored; then the old value is kept
     */
    WriteResult compareAndSet(String expectedVersion, Metadata next);

    /**
     * Asks to be told, on any thread, of values that others store. A storage that no other broker can write to never calls.
     */
    void watch(Consumer<Versioned> listener);

    /** Gives up whatever the storage holds, such as locks. */
    @Override
    void close();
}
