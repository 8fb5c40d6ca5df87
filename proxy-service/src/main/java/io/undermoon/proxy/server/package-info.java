/**
 * The edge: configuration, listening, lifecycle, registration, health and metrics. The only room that knows Quarkus.
 */
@NullMarked
package io.undermoon.proxy.server;

import org.jspecify.annotations.NullMarked;
