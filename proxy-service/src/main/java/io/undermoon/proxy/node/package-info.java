/**
 * The client for the proxy's own commands to Redis nodes and peer proxies, and the parser of {@code INFO}. Stands on
 * {@code backend}; knows no client's command and decides nothing.
 */
@NullMarked
package io.undermoon.proxy.node;

import org.jspecify.annotations.NullMarked;
