package io.undermoon.broker.storage;

import io.undermoon.broker.state.Metadata;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A storage in memory; the metadata is lost when the process ends. Every broker that shares an instance is notified
 * of every change, its own included.
 */
public final class MemoryStorage implements MetadataStorage {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private Metadata state;
    private long revision;

    public MemoryStorage(Metadata initial) {
        this.state = initial;
    }

    @Override
    public synchronized Versioned load() {
        return new Versioned(state, Long.toString(revision));
    }

    @Override
    public WriteResult compareAndSet(String expectedVersion, Metadata next) {
        String version;
        synchronized (this) {
            if (!expectedVersion.equals(Long.toString(revision))) {
                return new WriteResult.Conflict();
            }
            state = next;
            revision++;
            version = Long.toString(revision);
        }
        listeners.forEach(Runnable::run);
        return new WriteResult.Stored(version);
    }

    @Override
    public void watch(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        listeners.clear();
    }

    @Override
    public String toString() {
        return "memory";
    }
}
