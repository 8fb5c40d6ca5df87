package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;

/** Says of a key of a command whether it may be used so. */
@FunctionalInterface
public interface KeyCheck {
    /**
     * @param argument the number of the argument that is the key
     * @param reads whether the command tells something of the value
     * @param writes whether the command changes the value
     */
    boolean allows(CommandFrame frame, int argument, boolean reads, boolean writes);
}
