/** Health and metrics of the broker. Uses {@code store}. */
@NullMarked
package io.undermoon.broker.monitor;

import org.jspecify.annotations.NullMarked;
