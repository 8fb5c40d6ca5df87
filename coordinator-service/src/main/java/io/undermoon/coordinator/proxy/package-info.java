/**
 * Control commands to proxies over RESP. An adapter: implements {@code port} and imports no loop.
 */
@NullMarked
package io.undermoon.coordinator.proxy;

import org.jspecify.annotations.NullMarked;
