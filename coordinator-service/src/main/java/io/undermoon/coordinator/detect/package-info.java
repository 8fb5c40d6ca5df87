/**
 * Finds dead proxies and dead masters and reports them. A loop: stands on the ports, the roster and the pace; imports no other
 * loop, no adapter, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.detect;

import org.jspecify.annotations.NullMarked;
