/**
 * Connections to Redis nodes and peer proxies, one set per event loop, and the loop's own state. Stands on {@code route} and
 * {@code frame}; knows no client and no command.
 */
@NullMarked
package io.undermoon.proxy.backend;

import org.jspecify.annotations.NullMarked;
