/**
 * Talks to proxies in RESP. An adapter: implements a port of {@code store} and is used by nobody but the wiring.
 */
@NullMarked
package io.undermoon.broker.proxy;

import org.jspecify.annotations.NullMarked;
