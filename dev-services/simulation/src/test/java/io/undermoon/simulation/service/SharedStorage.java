package io.undermoon.simulation.service;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The storage of the metadata that all brokers share, as etcd is. It may be away, and may not say what it has done. */
public final class SharedStorage {
    private final World world;
    private final StorageObserver observer;
    private final Runnable onNoAnswer;
    private final Map<SimProcess, Runnable> listeners = new LinkedHashMap<>();
    private Metadata state = Metadata.empty(false);
    private long revision;
    private boolean away;
    private double unknownOutcomes;

    /** @param onNoAnswer is run for each write that is not answered */
    public SharedStorage(World world, StorageObserver observer, Runnable onNoAnswer) {
        this.onNoAnswer = onNoAnswer;
        this.world = world;
        this.observer = observer;
    }

    /** Whether it can be reached. */
    public void setAway(boolean isAway) {
        world.note(isAway ? "storage is away" : "storage is back");
        this.away = isAway;
    }

    /** How often no answer to a write comes in time. */
    public void setUnknownOutcomes(double probability) {
        this.unknownOutcomes = probability;
    }

    /** What is stored. */
    public Metadata state() {
        return state;
    }

    /** The storage as one broker uses it. */
    public MetadataStorage of(SimProcess broker) {
        return new MetadataStorage() {
            @Override
            public Versioned load() {
                requireReachable();
                return new Versioned(state, Long.toString(revision));
            }

            @Override
            public WriteResult compareAndSet(String expectedVersion, Metadata next) {
                requireReachable();
                if (!expectedVersion.equals(Long.toString(revision))) {
                    return new WriteResult.Conflict();
                }
                if (world.chance(unknownOutcomes)) {
                    unknown(expectedVersion, next);
                }
                store(next);
                return new WriteResult.Stored(Long.toString(revision));
            }

            @Override
            public void watch(Runnable listener) {
                listeners.put(broker, listener);
            }

            @Override
            public void close() {
                listeners.remove(broker);
            }
        };
    }

    /** The write has been made, will be made, or will never be made. */
    private void unknown(String expectedVersion, Metadata next) {
        onNoAnswer.run();
        int fate = world.random(3);
        if (fate == 0) {
            store(next);
        } else if (fate == 1) {
            world.later(world.random(0, 2 * World.SECOND), () -> {
                if (expectedVersion.equals(Long.toString(revision))) {
                    store(next);
                }
            });
        }
        throw failure(StorageException.Kind.UNKNOWN);
    }

    private void store(Metadata next) {
        Metadata before = state;
        state = next;
        revision++;
        observer.stored(before, next);
        listeners.forEach((broker, listener) -> world.later(broker, world.random(0, 20 * World.MILLI), listener));
    }

    private void requireReachable() {
        if (away) {
            throw failure(StorageException.Kind.UNREACHABLE);
        }
    }

    private static StorageException failure(StorageException.Kind kind) {
        return new StorageException(kind, "simulated", new IOException("simulated"));
    }
}
