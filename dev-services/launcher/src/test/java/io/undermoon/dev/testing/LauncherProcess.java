package io.undermoon.dev.testing;

import io.undermoon.dev.process.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the packaged launcher as a user does: as a program with arguments. */
public final class LauncherProcess {
    private static final int TIMEOUT_MINUTES = 5;
    private static final Path CHECKOUT = Path.of(System.getProperty("undermoon.checkout", "../.."))
            .toAbsolutePath()
            .normalize();
    private static final Path JAR = CHECKOUT.resolve("dev-services/launcher/target/undermoon-launcher.jar");

    private final Path data;

    /** @param data the data directory of every command */
    public LauncherProcess(Path data) {
        this.data = data;
    }

    /** How a command ended and what it printed. */
    public record Result(int exitCode, String output) {}

    /** Runs {@code undermoon <command> --data <directory> <options>} to its end. */
    public Result run(String command, String... options) throws IOException, InterruptedException {
        Path output = Files.createTempFile(data, command, ".out");
        Process process = new ProcessBuilder(commandLine(command, options))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
            process.destroy();
            throw new AssertionError(command + " does not end:\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    private List<String> commandLine(String command, String... options) {
        List<String> line = new ArrayList<>(List.of(
                Programs.java().toString(), "-Dundermoon.checkout=" + CHECKOUT, "-jar", JAR.toString(), command));
        line.addAll(List.of("--data", data.toString()));
        line.addAll(List.of(options));
        return line;
    }
}
