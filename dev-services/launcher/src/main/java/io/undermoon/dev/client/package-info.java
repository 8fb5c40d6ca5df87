/**
 * The little the launcher says to running services: RESP control commands, HTTP probes, the broker's API. Starts and
 * stops nothing.
 */
@NullMarked
package io.undermoon.dev.client;

import org.jspecify.annotations.NullMarked;
