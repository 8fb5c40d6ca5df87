/**
 * Clients for running services: RESP control commands, HTTP probes, the broker's API. Starts and stops nothing.
 */
@NullMarked
package io.undermoon.dev.controlplane;

import org.jspecify.annotations.NullMarked;
