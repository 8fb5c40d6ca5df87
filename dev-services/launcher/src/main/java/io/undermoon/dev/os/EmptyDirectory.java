package io.undermoon.dev.os;

import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory without files. */
public final class EmptyDirectory {
    private EmptyDirectory() {}

    /**
     * Makes the directory, or removes all that is in it.
     *
     * @throws LaunchException if that cannot be done
     */
    public static void make(Path directory) {
        try {
            Files.createDirectories(directory);
            deleteBelow(directory);
        } catch (IOException e) {
            throw new LaunchException("cannot empty " + directory + ": " + FileErrors.reason(e), e);
        }
    }

    /**
     * Removes a directory and all that is in it, or a file.
     *
     * @throws LaunchException if that cannot be done
     */
    public static void remove(Path path) {
        try {
            deleteBelow(path);
            Files.delete(path);
        } catch (IOException e) {
            throw new LaunchException("cannot remove " + path + ": " + FileErrors.reason(e), e);
        }
    }

    private static void deleteBelow(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.delete(path);
                }
            }
        }
    }
}
