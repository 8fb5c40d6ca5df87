package io.undermoon.broker.storage;

import io.undermoon.broker.state.Metadata;

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
     * The value that was stored at some moment during the call. Calls one after another never return an older value
     * than before, unless somebody restored an older one in the storage.
     *
     * @throws StorageException if it cannot be read, or must not be written by this broker any more
     */
    Versioned load();

    /**
     * Replaces the value if its version is still the expected one, and returns when the new value is durable.
     *
     * @throws StorageException if it was not stored, or if that is unknown; see its kind
     */
    WriteResult compareAndSet(String expectedVersion, Metadata next);

    /**
     * Registers the one listener that is called, on any thread, when {@link #load} may return another value than
     * before. It may be called too often. A storage may also miss a change, so the value has to be loaded from time to
     * time, too.
     */
    void watch(Runnable listener);

    /** Releases locks, connections and threads of the storage. */
    @Override
    void close();
}
