/**
 * The storages of the metadata, one versioned value behind {@link io.undermoon.broker.storage.MetadataStorage}. Uses
 * {@code state}; no plans, HTTP or CDI.
 */
@NullMarked
package io.undermoon.broker.storage;

import org.jspecify.annotations.NullMarked;
