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

/**
 * The program that the tests run as a Redis server: the one that the system property {@value #PROPERTY} names, else
 * {@code redis-server} on the PATH, else the 7.0.15 that comes with a dependency of the tests.
 */
public final class RedisBinary {
    /** Names the executable file of a server of another kind or version, as {@code /opt/valkey/bin/valkey-server}. */
    public static final String PROPERTY = "undermoon.test.server";

    private static final String NAME = "redis-server";

    private RedisBinary() {}

    /**
     * The server of the tests, of any kind and version.
     *
     * @throws IllegalStateException if the system property names no executable file
     */
    public static Path any() {
        return chosen().or(RedisBinary::onPath).orElseGet(RedisBinary::embedded);
    }

    /** A Redis 7.0 whatever the server of the tests is, for tests that compare with its exact replies. */
    public static Path ofVersion70() {
        return onPath().filter(binary -> versionLine(binary).contains(" v=7.0."))
                .orElseGet(RedisBinary::embedded);
    }

    /** Whether the system property names the server. */
    public static boolean isChosen() {
        return System.getProperty(PROPERTY) != null;
    }

    private static Optional<Path> chosen() {
        Optional<Path> file = Optional.ofNullable(System.getProperty(PROPERTY))
                .map(name -> Path.of(name).toAbsolutePath());
        file.filter(path -> !path.toFile().canExecute()).ifPresent(path -> {
            throw new IllegalStateException(
                    "-D" + PROPERTY + "=" + path + " names no executable file; give the path of a server program");
        });
        return file;
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
