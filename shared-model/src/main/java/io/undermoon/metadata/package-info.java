/**
 * The vocabulary of the control plane as immutable values: addresses, epochs, nodes, proxies, clusters, migrations.
 * Stands on {@code slot} and {@code fault}; knows no wire format.
 */
@NullMarked
package io.undermoon.metadata;

import org.jspecify.annotations.NullMarked;
