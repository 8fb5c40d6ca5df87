package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LargeArraysTest {
    @SuppressWarnings("unused") // read as bytecode
    private static final class Sample {
        private static final int SLOTS = 16_384;

        Object[] references() {
            return new Object[SLOTS];
        }

        Object[] onTheLimit() {
            return new Object[8_192];
        }

        int[] numbers() {
            return new int[100_000];
        }

        Object[] ofVariableLength(int length) {
            int other = 100_000;
            return other > length ? new Object[length] : new Object[0];
        }

        Object[][] ofTwoDimensions() {
            return new Object[2][40_000];
        }
    }

    @Test
    void finds_reference_arrays_of_constant_length_over_the_limit() throws IOException {
        assertThat(LargeArrays.found(Path.of("target", "test-classes")))
                .containsExactlyInAnyOrder(
                        Sample.class.getName() + ".references: java/lang/Object[16384]",
                        Sample.class.getName() + ".ofTwoDimensions: [[Ljava/lang/Object; with 40000");
    }
}
