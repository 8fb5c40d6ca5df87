/**
 * Every change of the metadata as a pure function: the present value in, the next value out, or an
 * {@link io.undermoon.fault.UndermoonException} and nothing changed. Stands on {@code state}. No clock, no I/O, no
 * framework: what a plan has to know besides the value is in {@link io.undermoon.broker.plan.PlanContext}.
 */
@NullMarked
package io.undermoon.broker.plan;

import org.jspecify.annotations.NullMarked;
