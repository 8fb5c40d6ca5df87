/**
 * Compares epochs and pushes metadata to the proxies that are behind, destinations of slots before sources; also the
 * status of each proxy, which {@code detect} and {@code migrate} update and read, and the push to one proxy, which
 * {@code migrate} uses. Imports only {@code port}: no other loop, no adapter, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.sync;

import org.jspecify.annotations.NullMarked;
