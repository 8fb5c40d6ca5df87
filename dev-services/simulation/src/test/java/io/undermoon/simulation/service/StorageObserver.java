package io.undermoon.simulation.service;

import io.undermoon.broker.state.Metadata;

/** Is told of each value of the metadata that is stored. */
@FunctionalInterface
public interface StorageObserver {
    void stored(Metadata before, Metadata after);
}
