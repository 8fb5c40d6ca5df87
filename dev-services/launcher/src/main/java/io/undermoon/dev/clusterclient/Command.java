package io.undermoon.dev.clusterclient;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A command with its arguments as bytes; the arrays are not copied and not to be changed. */
public record Command(List<byte[]> arguments) {
    public Command {
        arguments = List.copyOf(arguments);
    }

    /** @param arguments byte arrays as they are, anything else as its text */
    public static Command of(Object... arguments) {
        List<byte[]> bytes = new ArrayList<>(arguments.length);
        for (Object argument : arguments) {
            bytes.add(argument instanceof byte[] raw ? raw : argument.toString().getBytes(StandardCharsets.UTF_8));
        }
        return new Command(bytes);
    }
}
