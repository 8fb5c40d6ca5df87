/**
 * The metadata as immutable values: addresses, epochs, nodes, proxies, clusters, migrations. Uses {@code slot}; no
 * wire format.
 */
@NullMarked
package io.undermoon.metadata;

import org.jspecify.annotations.NullMarked;
