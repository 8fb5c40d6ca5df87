package io.undermoon.dev.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.os.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs {@code undermoon import} as a user does, in the foreground or beside the test. */
public final class ImportProcess implements AutoCloseable {
    private static final Path JAR =
            LauncherProcess.CHECKOUT.resolve("dev-services/launcher/target/undermoon-launcher.jar");
    private static final int TIMEOUT_SECONDS = 120;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Process process;
    private final Path output;

    private ImportProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Begins {@code undermoon import <arguments>}. */
    public static ImportProcess start(Path directory, String... arguments) throws IOException {
        Path output = Files.createTempFile(directory, "import", ".out");
        List<String> command = new ArrayList<>(
                List.of(Programs.java().toString(), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-jar", JAR.toString(), "import"));
        command.addAll(List.of(arguments));
        return new ImportProcess(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    /** Runs it to its end. */
    public static LauncherProcess.Result run(Path directory, String... arguments)
            throws IOException, InterruptedException {
        try (ImportProcess process = start(directory, arguments)) {
            return process.result();
        }
    }

    /** Waits for its end. */
    public LauncherProcess.Result result() throws InterruptedException {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the import does not end:\n" + output());
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
    public ImportProcess awaitOutput(String text) {
        return awaitOutput(text, TIMEOUT);
    }

    /** The same with a limit of its own. */
    public ImportProcess awaitOutput(String text, Duration limit) {
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

    /** Ends it as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
