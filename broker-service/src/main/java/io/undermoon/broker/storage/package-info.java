/**
 * Where the metadata is kept: one versioned value behind {@link io.undermoon.broker.storage.MetadataStorage}. Stands on
 * {@code state}; knows nothing of plans, HTTP or CDI.
 */
@NullMarked
package io.undermoon.broker.storage;

import org.jspecify.annotations.NullMarked;
