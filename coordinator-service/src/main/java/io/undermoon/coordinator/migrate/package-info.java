/**
 * Follows running migrations: commits finished ones at the broker and reports the progress of the others. A loop:
 * imports {@code port} and {@code sync}; no other loop, no adapter, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.migrate;

import org.jspecify.annotations.NullMarked;
