package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;

/** The options of {@code XREAD} and {@code XREADGROUP} before {@code STREAMS}. */
final class StreamOptions {
    private StreamOptions() {}

    /** Whether the command may block. Options are parsed as by Redis, since a group may be called BLOCK. */
    static boolean block(CommandFrame frame) {
        int i = 1;
        while (i < frame.argumentCount()) {
            if (frame.argumentIs(i, "BLOCK")) {
                return true;
            } else if (frame.argumentIs(i, "GROUP")) {
                i += 3;
            } else if (frame.argumentIs(i, "COUNT")) {
                i += 2;
            } else if (frame.argumentIs(i, "NOACK")) {
                i += 1;
            } else {
                return false;
            }
        }
        return false;
    }
}
