/**
 * What operators see of the broker besides its API: health and metrics. Stands on {@code store}.
 */
@NullMarked
package io.undermoon.broker.monitor;

import org.jspecify.annotations.NullMarked;
