/**
 * The storages of the metadata, one versioned value behind {@link io.undermoon.broker.storage.MetadataStorage}, each in
 * a room of its own below; here are the interface, the memory, and the metadata cut into parts for storages with a
 * limit on the size of a value. Uses {@code state}; no plans or CDI.
 */
@NullMarked
package io.undermoon.broker.storage;

import org.jspecify.annotations.NullMarked;
