/**
 * Control commands to proxies over RESP. An adapter: implements interfaces of {@code store}; only the wiring uses it.
 */
@NullMarked
package io.undermoon.broker.proxy;

import org.jspecify.annotations.NullMarked;
