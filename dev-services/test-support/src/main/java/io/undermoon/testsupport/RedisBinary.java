package io.undermoon.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import redis.embedded.RedisExecProvider;

/** A redis-server program: the one on the PATH, else the 7.0.15 that comes with a dependency of the tests. */
public final class RedisBinary {
    private static final String NAME = "redis-server";

    private RedisBinary() {}

    /** A server of any version. */
    public static Path any() {
        return onPath().orElseGet(RedisBinary::embedded);
    }

    /** A server of version 7.0, for tests that compare exact replies. */
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
        return Embedded.BINARY;
    }

    /** Unpacked once, when first asked for. */
    private static final class Embedded {
        private static final Path BINARY = unpack();

        private static Path unpack() {
            try {
                return RedisExecProvider.defaultProvider().get().toPath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
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
