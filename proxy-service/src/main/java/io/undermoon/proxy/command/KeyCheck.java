package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;

/** A check of whether a key of a command may be used. */
@FunctionalInterface
public interface KeyCheck {
    /**
     * @param argument the position of the key
     * @param reads whether the reply depends on the value
     * @param writes whether the command changes the value
     */
    boolean allows(CommandFrame frame, int argument, boolean reads, boolean writes);
}
