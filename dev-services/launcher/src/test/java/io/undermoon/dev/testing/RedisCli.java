package io.undermoon.dev.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command-line client in cluster mode, fed with commands from a file. */
public final class RedisCli {
    private static final int TIMEOUT_MINUTES = 3;

    private final Path program;
    private final int port;
    private final Path directory;

    /** @param directory for files of its input and output */
    public RedisCli(Path program, int port, Path directory) {
        this.program = program;
        this.port = port;
        this.directory = directory;
    }

    /** @return the replies, one line each, without its notes on redirections */
    public List<String> run(List<String> commands) throws IOException, InterruptedException {
        Path input = Files.write(Files.createTempFile(directory, "redis-cli", ".in"), commands);
        Path output = Files.createTempFile(directory, "redis-cli", ".out");
        Process process = new ProcessBuilder(program.toString(), "-c", "-p", String.valueOf(port))
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("redis-cli does not end");
        }
        return Files.readAllLines(output).stream()
                .filter(line -> !line.startsWith("-> Redirected") && !line.isEmpty())
                .toList();
    }
}
