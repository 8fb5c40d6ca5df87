/**
 * The changes of the metadata as pure functions from the current value to the next; a refusal is an
 * {@link io.undermoon.fault.UndermoonException}. Uses {@code state}. No clock, no I/O, no framework: other inputs are
 * in {@link io.undermoon.broker.plan.PlanContext}.
 */
@NullMarked
package io.undermoon.broker.plan;

import org.jspecify.annotations.NullMarked;
