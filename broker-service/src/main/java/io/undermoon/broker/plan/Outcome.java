package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;

/**
 * What a plan came to.
 *
 * @param state the next value; equal to the present one when there is nothing to do
 * @param result what the caller gets to know
 */
public record Outcome<R>(Metadata state, R result) {
    /** A plan that has nothing to tell. */
    public static Outcome<Done> done(Metadata state) {
        return new Outcome<>(state, Done.DONE);
    }

    /** The result of a plan that has nothing to tell. */
    public enum Done {
        DONE
    }
}
