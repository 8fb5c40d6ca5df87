package io.undermoon.dev.testing;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntFunction;

/** Runs a command of the program within the test and keeps what it prints. Not for tests that run side by side. */
public final class CommandRun {
    /** How a command ended and what it printed to both outputs. */
    public record Result(int exitCode, String output) {}

    static {
        // As in the program; the tests have SLF4J on their class path, which prints that it has no provider.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    }

    private CommandRun() {}

    /** @param program its main method, which returns the exit code */
    public static Result of(ToIntFunction<String[]> program, String... arguments) {
        return withInput("", program, arguments);
    }

    /** @param input the standard input */
    public static Result withInput(String input, ToIntFunction<String[]> program, String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        System.setOut(captured);
        System.setErr(captured);
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            int exitCode = program.applyAsInt(arguments);
            captured.flush();
            return new Result(exitCode, bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
        }
    }
}
