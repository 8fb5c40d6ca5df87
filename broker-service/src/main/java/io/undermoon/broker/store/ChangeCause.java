package io.undermoon.broker.store;

import java.util.function.Supplier;

/**
 * Who asks for a change, and how, for the audit log.
 *
 * @param who an account or address
 * @param what the request
 */
public record ChangeCause(String who, String what) {
    /** The broker itself. */
    public static final ChangeCause BROKER = new ChangeCause("broker", "periodic work");

    /** Gives the cause of what the calling thread does. */
    @FunctionalInterface
    public interface Source extends Supplier<ChangeCause> {}
}
