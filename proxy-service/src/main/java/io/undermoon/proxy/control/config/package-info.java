/** {@code CONFIG}: the options of the proxy. Options of the Redis nodes belong to {@code control.nodes}. */
@NullMarked
package io.undermoon.proxy.control.config;

import org.jspecify.annotations.NullMarked;
