/**
 * What the proxy answers itself: UMCTL, CLUSTER, CONFIG, INFO, CLIENT, SLOWLOG and the like. Knows clients only as
 * {@link io.undermoon.proxy.control.Client}.
 */
@NullMarked
package io.undermoon.proxy.control;

import org.jspecify.annotations.NullMarked;
