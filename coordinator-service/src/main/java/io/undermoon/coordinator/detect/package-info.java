/**
 * Finds dead proxies and dead masters and reports them to the broker. A loop: imports {@code port} and {@code sync}; no
 * other loop, no adapter, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.detect;

import org.jspecify.annotations.NullMarked;
