/**
 * Routing: an immutable table from slot to {@link io.undermoon.proxy.route.Target}. Knows no connection.
 */
@NullMarked
package io.undermoon.proxy.route;

import org.jspecify.annotations.NullMarked;
