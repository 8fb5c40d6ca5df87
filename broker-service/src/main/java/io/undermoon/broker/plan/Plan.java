package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;

/**
 * A change of the metadata as a pure function. It is called again with a newer value if another broker has stored one
 * first.
 *
 * @param <R> the result for the caller
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
