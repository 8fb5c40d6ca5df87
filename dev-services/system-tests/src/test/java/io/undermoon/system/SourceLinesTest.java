package io.undermoon.system;

import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SourceLinesTest {
    @Test
    void source_lines_are_within_120_characters() throws IOException {
        SourceLines.assertWithinWidth();
    }
}
