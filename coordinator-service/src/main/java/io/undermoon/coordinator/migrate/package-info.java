/**
 * Commits finished migrations at the broker. A loop: imports no other loop, no adapter, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.migrate;

import org.jspecify.annotations.NullMarked;
