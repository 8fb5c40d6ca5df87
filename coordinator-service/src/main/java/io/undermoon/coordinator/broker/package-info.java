/**
 * The broker behind the ports, over HTTP. An adapter: implements {@code port} and imports no loop; HTTP and JSON stay
 * in here.
 */
@NullMarked
package io.undermoon.coordinator.broker;

import org.jspecify.annotations.NullMarked;
