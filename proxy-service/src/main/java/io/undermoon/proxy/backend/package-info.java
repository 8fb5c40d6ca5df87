/**
 * Connections to Redis nodes and peer proxies, one set per event loop: one connection core in four roles (shared,
 * pinned, direct, subscription), and the loop's own state. Knows no client and no command.
 */
@NullMarked
package io.undermoon.proxy.backend;

import org.jspecify.annotations.NullMarked;
