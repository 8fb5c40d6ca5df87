/** {@code CLUSTER}: the cluster as clients see it. */
@NullMarked
package io.undermoon.proxy.control.cluster;

import org.jspecify.annotations.NullMarked;
