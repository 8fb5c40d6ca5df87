/**
 * {@code CLUSTER}: the slots, proxies and replicas of the cluster as clients see them.
 */
@NullMarked
package io.undermoon.proxy.control.cluster;

import org.jspecify.annotations.NullMarked;
