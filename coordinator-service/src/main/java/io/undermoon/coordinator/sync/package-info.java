/**
 * Compares epochs and pushes metadata to the proxies that are behind, destinations of slots before sources. A loop: imports no
 * other loop, no adapter, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.sync;

import org.jspecify.annotations.NullMarked;
