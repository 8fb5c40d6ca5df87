package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The lines of a module's Java sources. The formatter breaks code but neither comments nor string literals, so that
 * their width needs a check of its own. Lines within a text block are exempt: the text decides their width.
 */
public final class SourceLines {
    private static final int MAX_WIDTH = 120;
    private static final String TEXT_BLOCK = "\"\"\"";

    private SourceLines() {}

    /** Fails if a source file under {@code src} of the module whose tests run has a line over 120 characters. */
    public static void assertWithinWidth() throws IOException {
        assertThat(tooLong(Path.of("src")))
                .as("lines over %s characters", MAX_WIDTH)
                .isEmpty();
    }

    /** {@code file:line} of every line that is too long. */
    static List<String> tooLong(Path directory) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                boolean inTextBlock = false;
                int number = 0;
                for (String line : Files.readAllLines(file)) {
                    number++;
                    boolean delimiter = line.contains(TEXT_BLOCK);
                    if (!inTextBlock && line.length() > MAX_WIDTH) {
                        found.add(file + ":" + number);
                    }
                    inTextBlock ^= delimiter;
                }
            }
        }
        return found;
    }
}
