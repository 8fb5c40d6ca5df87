/** {@code MONITOR}: clients that are shown the commands of all clients of the proxy. */
@NullMarked
package io.undermoon.proxy.monitor;

import org.jspecify.annotations.NullMarked;
