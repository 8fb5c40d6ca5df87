package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceLinesTest {
    @TempDir
    private Path directory;

    @Test
    void names_lines_over_120_characters_outside_of_text_blocks() throws IOException {
        Path file = directory.resolve("Example.java");
        String wide = "x".repeat(121);
        Files.writeString(
                file, "x".repeat(120) + "\n// " + wide + "\nString s = \"\"\"\n" + wide + "\n\"\"\";\n" + wide + "\n");

        assertThat(SourceLines.tooLong(directory)).containsExactly(file + ":2", file + ":6");
    }

    @Test
    void this_module_is_within_the_width() throws IOException {
        SourceLines.assertWithinWidth();
    }
}
