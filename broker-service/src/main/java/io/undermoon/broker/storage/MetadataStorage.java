package io.undermoon.broker.storage;

import io.undermoon.broker.state.Metadata;
import java.util.function.Consumer;

/**
 * A storage of one versioned value, the metadata. Several brokers may share it; the version in {@link #compareAndSet}
 * keeps them from overwriting each other's changes. Implementations are thread-safe.
 */
public interface MetadataStorage extends AutoCloseable {
    /**
     * A value and the version under which it is stored.
     *
     * @param version opaque; only ever compared for equality
     */
    record Versioned(Metadata state, String version) {}

    /** The result of {@link #compareAndSet}. */
    sealed interface WriteResult {
        /** The value is durable. */
        record Stored(String version) implements WriteResult {}

        /** Another broker has stored a value since; nothing was changed. */
        record Conflict() implements WriteResult {}
    }

    /**
     * The current value.
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
     * Registers a listener for values that other brokers store; it is called on any thread. A storage without other
     * writers never calls it.
     */
    void watch(Consumer<Versioned> listener);

    /** Releases locks and other resources of the storage. */
    @Override
    void close();
}
