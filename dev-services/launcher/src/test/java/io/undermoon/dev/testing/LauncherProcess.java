package io.undermoon.dev.testing;

import io.undermoon.dev.os.Programs;
import io.undermoon.testsupport.RedisBinary;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the packaged launcher as a user does: as a program with arguments. */
public final class LauncherProcess {
    private static final int TIMEOUT_MINUTES = 5;
    public static final Path CHECKOUT = Path.of(System.getProperty("undermoon.checkout", "../.."))
            .toAbsolutePath()
            .normalize();
    private static final Path JAR = CHECKOUT.resolve("dev-services/launcher/target/undermoon-launcher.jar");

    private final Path data;
    private final Map<String, String> environment;

    /** @param data the data directory of every command */
    public LauncherProcess(Path data) {
        this(data, Map.of());
    }

    /**
     * @param data the data directory of every command
     * @param environment more variables for the launcher and what it starts
     */
    public LauncherProcess(Path data, Map<String, String> environment) {
        this.data = data;
        this.environment = Map.copyOf(environment);
    }

    /** How a command ended and what it printed. */
    public record Result(int exitCode, String output) {}

    /** Runs {@code undermoon <command> --data <directory> <options>} to its end. */
    public Result run(String command, String... options) throws IOException, InterruptedException {
        return runWithInput(List.of(), command, options);
    }

    /** @param input the lines of its standard input */
    public Result runWithInput(List<String> input, String command, String... options)
            throws IOException, InterruptedException {
        return runProcess(input, command, commandLine(command, options));
    }

    /** Runs {@code LettuceLines}, the program around Lettuce 7, which has a class path of its own. */
    public Result runLettuce7(List<String> input, int port) throws IOException, InterruptedException {
        Path target = CHECKOUT.resolve("dev-services/lettuce-7/target");
        String classPath = target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*";
        String main = "io.undermoon.dev.lettuce.LettuceLines";
        List<String> line = new ArrayList<>(java());
        line.addAll(List.of("-cp", classPath, main, String.valueOf(port)));
        return runProcess(input, "lettuce", line);
    }

    private Result runProcess(List<String> input, String command, List<String> line)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(data, command, ".out");
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectInput(Files.write(Files.createTempFile(data, command, ".in"), input)
                        .toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        if (RedisBinary.isChosen()) {
            builder.environment().merge("PATH", directoryWithServer().toString(), LauncherProcess::before);
        }
        Process process = builder.start();
        if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
            process.destroy();
            throw new AssertionError(command + " does not end:\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    /** A directory in which the server of the tests is what the launcher looks for on PATH. */
    private Path directoryWithServer() throws IOException {
        Path directory = Files.createTempDirectory(data, "server");
        Files.createSymbolicLink(directory.resolve("redis-server"), RedisBinary.any());
        return directory;
    }

    private static String before(String path, String directory) {
        return directory + File.pathSeparator + path;
    }

    private List<String> commandLine(String command, String... options) {
        List<String> line = new ArrayList<>(java());
        line.addAll(List.of("-Dundermoon.checkout=" + CHECKOUT, "-jar", JAR.toString(), command));
        line.addAll(List.of("--data", data.toString()));
        line.addAll(List.of(options));
        return line;
    }

    /** As the script: Netty uses {@code sun.misc.Unsafe}, of which JDK 24 and later warn unless it is allowed. */
    private static List<String> java() {
        String java = Programs.java().toString();
        return Runtime.version().feature() < 24
                ? List.of(java)
                : List.of(java, "--sun-misc-unsafe-memory-access=allow");
    }
}
