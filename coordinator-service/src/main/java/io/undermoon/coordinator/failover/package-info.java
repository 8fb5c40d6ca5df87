/**
 * Asks the broker to take over from proxies whose failure reached the quorum. A loop: imports only {@code port}; no
 * other loop, no adapter, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.failover;

import org.jspecify.annotations.NullMarked;
