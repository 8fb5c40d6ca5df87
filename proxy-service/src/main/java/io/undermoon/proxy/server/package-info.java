/**
 * The top of the proxy: wiring, listening, registration with the broker, health, metrics and lifecycle. Keys and their
 * checks are in {@code config}. With {@code config} the only package that knows Quarkus.
 */
@NullMarked
package io.undermoon.proxy.server;

import org.jspecify.annotations.NullMarked;
