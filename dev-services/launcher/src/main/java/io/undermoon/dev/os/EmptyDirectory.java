package io.undermoon.dev.os;

import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory without files, for a benchmark. */
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
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    if (!path.equals(directory)) {
                        Files.delete(path);
                    }
                }
            }
        } catch (IOException e) {
            throw new LaunchException("cannot empty " + directory + ": " + FileErrors.reason(e), e);
        }
    }
}
