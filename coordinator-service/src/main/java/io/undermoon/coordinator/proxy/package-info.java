/**
 * The proxies behind their port, over RESP. An adapter: implements {@code port} and imports no loop; connections stay in here.
 */
@NullMarked
package io.undermoon.coordinator.proxy;

import org.jspecify.annotations.NullMarked;
