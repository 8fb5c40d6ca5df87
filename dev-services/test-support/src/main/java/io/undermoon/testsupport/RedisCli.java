package io.undermoon.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program redis-cli, on machines where it is installed; no test may need it. */
public final class RedisCli {
    private static final String NAME = "redis-cli";
    private static final int TIMEOUT_SECONDS = 180;

    private RedisCli() {}

    public static boolean isInstalled() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, NAME)));
    }

    /** Runs it to its end and returns what it printed. */
    public static String run(String... arguments) {
        return run(List.of(), arguments);
    }

    /** @param input the lines of its standard input */
    public static String run(List<String> input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(NAME));
        command.addAll(List.of(arguments));
        try {
            Path in = Files.write(Files.createTempFile(NAME, ".in"), input);
            Path out = Files.createTempFile(NAME, ".out");
            Process process = new ProcessBuilder(command)
                    .redirectInput(in.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            String output = Files.readString(out, StandardCharsets.UTF_8);
            Files.delete(in);
            Files.delete(out);
            if (!ended) {
                process.destroyForcibly();
                throw new AssertionError(NAME + " does not end: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
