package io.undermoon.proxy.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import redis.embedded.RedisExecProvider;

/** Finds a redis-server program: the one on the PATH, else the 7.0.15 that comes with a test dependency. */
public final class RedisBinary {
    private static final String NAME = "redis-server";

    private RedisBinary() {}

    /** Whatever server there is. */
    public static Path any() {
        return onPath().orElseGet(RedisBinary::embedded);
    }

    /** A server of 7.0, for tests of what is exactly so in that version. */
    public static Path ofVersion70() {
        return onPath().filter(binary -> versionLine(binary).contains(" v=7.0."))
                .orElseGet(RedisBinary::embedded);
    }

    private static Optional<Path> onPath() {
        return Stream.ofNullable(System.getenv("PATH"))
                .flatMap(path -> Arrays.stream(path.split(File.pathSeparator, -1)))
                .map(directory -> Path.of(directory, NAME))
                .filter(file -> file.toFile().canExecute())
                .findFirst();
    }

    private static Path embedded() {
        try {
            return RedisExecProvider.defaultProvider().get().toPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String versionLine(Path binary) {
        try {
            Process process = new ProcessBuilder(binary.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
