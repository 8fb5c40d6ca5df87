package io.undermoon.simulation;

import io.undermoon.testsupport.ClassGraph;
import io.undermoon.testsupport.SourceLines;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FloorsTest {
    @Test
    void classes_are_not_tied_together() {
        ClassGraph.of(Path.of("target", "test-classes")).assertUntied();
    }

    @Test
    void no_line_is_wider_than_the_limit() throws IOException {
        SourceLines.assertWithinWidth();
    }
}
