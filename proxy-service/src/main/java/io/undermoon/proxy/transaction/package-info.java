/**
 * {@code MULTI}, {@code EXEC} and watched keys: transactions are queued in the proxy and sent as one.
 */
@NullMarked
package io.undermoon.proxy.transaction;

import org.jspecify.annotations.NullMarked;
