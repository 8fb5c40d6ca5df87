package io.undermoon.system.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.os.Programs;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.dev.testing.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command of the packaged launcher, run as a user does, in the foreground or beside the test. */
public final class RunningCommand implements AutoCloseable {
    private static final Path JAR =
            LauncherProcess.CHECKOUT.resolve("dev-services/launcher/target/undermoon-launcher.jar");
    private static final int TIMEOUT_SECONDS = 120;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Process process;
    private final Path output;

    private RunningCommand(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Begins {@code undermoon <words>}, for a Java with certain options. */
    private static RunningCommand start(
            Path directory, Map<String, String> environment, List<String> java, List<String> words) throws IOException {
        Path output = Files.createTempFile(directory, words.get(0), ".out");
        List<String> command = new ArrayList<>(List.of(Programs.java().toString(), "-Xmx512m", "-XX:+UseSerialGC"));
        command.addAll(java);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(words);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        return new RunningCommand(builder.start(), output);
    }

    /** Begins {@code undermoon import <arguments>}. */
    public static RunningCommand startImport(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), List.of("-XX:TieredStopAtLevel=1"), words("import", arguments));
    }

    /** Begins {@code undermoon data <arguments>}, with keys for {@link S3Server}. */
    public static RunningCommand startData(Path directory, String... arguments) throws IOException {
        Map<String, String> keys =
                Map.of("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY);
        return start(directory, keys, List.of(), words("data", arguments));
    }

    /** Runs {@code undermoon import <arguments>} to its end. */
    public static LauncherProcess.Result runImport(Path directory, String... arguments)
            throws IOException, InterruptedException {
        try (RunningCommand command = startImport(directory, arguments)) {
            return command.result();
        }
    }

    /** Runs {@code undermoon data <arguments>} to its end. */
    public static LauncherProcess.Result runData(Path directory, String... arguments)
            throws IOException, InterruptedException {
        try (RunningCommand command = startData(directory, arguments)) {
            return command.result();
        }
    }

    private static List<String> words(String command, String... arguments) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of(arguments));
        return words;
    }

    /** Waits for its end. */
    public LauncherProcess.Result result() throws InterruptedException {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the command does not end:\n" + output());
        }
        return new LauncherProcess.Result(process.exitValue(), output());
    }

    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until it has said something.
     *
     * @param text or several, of which one is enough, separated by {@code |}
     */
    public RunningCommand awaitOutput(String text) {
        return awaitOutput(text, TIMEOUT);
    }

    /** The same with a limit of its own. */
    public RunningCommand awaitOutput(String text, Duration limit) {
        List<String> texts = List.of(text.split("\\|", -1));
        await("'" + text + "' in the output")
                .atMost(limit)
                .untilAsserted(() -> assertThat(hasSaid(texts) || !process.isAlive())
                        .as("its output is %s", output())
                        .isTrue());
        assertThat(hasSaid(texts)).as("'%s' in the output %s", text, output()).isTrue();
        return this;
    }

    private boolean hasSaid(List<String> texts) {
        String output = output();
        return texts.stream().anyMatch(output::contains);
    }

    /** Asks it to end, as {@code kill} does. */
    public void terminate() {
        process.destroy();
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
