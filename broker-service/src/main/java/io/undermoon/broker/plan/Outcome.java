package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;

/**
 * The result of a plan.
 *
 * @param state the next value; equal to the current one if nothing changes
 * @param result the result for the caller
 */
public record Outcome<R>(Metadata state, R result) {
    /** The outcome of a plan without a result. */
    public static Outcome<Done> done(Metadata state) {
        return new Outcome<>(state, Done.DONE);
    }

    /** The result of a plan without one. */
    public enum Done {
        DONE
    }
}
