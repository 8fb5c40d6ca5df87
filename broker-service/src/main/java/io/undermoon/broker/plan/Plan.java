package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;

/**
 * A change of the metadata as a pure function; it may be called again with a newer value when another broker was faster.
 *
 * @param <R> what the caller gets to know besides
 */
@FunctionalInterface
public interface Plan<R> {
    /**
     * Plans the change.
     *
     * @throws io.undermoon.fault.UndermoonException if the change is refused
     */
    Outcome<R> apply(Metadata state, PlanContext context);
}
