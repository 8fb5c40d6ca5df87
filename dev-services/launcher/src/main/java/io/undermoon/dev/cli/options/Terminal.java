package io.undermoon.dev.cli.options;

import java.util.Arrays;
import java.util.List;

/** Which standard streams are terminals; the script that starts the program tests that and passes it on. */
public final class Terminal {
    /** {@code in}, {@code out}, {@code in,out} or empty; absent when the program was started without the script. */
    private static final String PROPERTY = "undermoon.terminal";

    private Terminal() {}

    public static boolean isInput() {
        return is("in");
    }

    public static boolean isOutput() {
        return is("out");
    }

    private static boolean is(String stream) {
        List<String> streams = Arrays.asList(System.getProperty(PROPERTY, "").split(",", -1));
        return streams.contains(stream);
    }
}
