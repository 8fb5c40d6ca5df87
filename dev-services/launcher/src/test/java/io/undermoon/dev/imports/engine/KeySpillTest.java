package io.undermoon.dev.imports.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeySpillTest {
    @TempDir
    private Path directory;

    @Test
    void gives_what_it_was_given_in_order() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        Deque<byte[]> expected = new ArrayDeque<>();
        try (KeySpill spill = new KeySpill(directory)) {
            assertThat(spill.isEmpty()).isTrue();
            assertThat(spill.take()).isEmpty();
            for (int round = 0; round < 200; round++) {
                for (int i = random.nextInt(2000); i > 0; i--) {
                    byte[] name = new byte[random.nextInt(1000) == 0 ? random.nextInt(1 << 20) : random.nextInt(100)];
                    random.nextBytes(name);
                    expected.add(name);
                    spill.add(expected.size() % 2, name);
                }
                for (int i = random.nextInt(round < 150 ? 6 : 60); i > 0; i--) {
                    take(spill, expected);
                }
            }
            while (!spill.isEmpty()) {
                take(spill, expected);
            }
            assertThat(expected).isEmpty();
            spill.add(7, new byte[] {1});
            assertThat(spill.take().get(0).generation()).isEqualTo(7);
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    private static void take(KeySpill spill, Deque<byte[]> expected) throws IOException {
        boolean wasEmpty = spill.isEmpty();
        List<KeySpill.Entry> taken = spill.take();
        assertThat(taken.isEmpty()).isEqualTo(wasEmpty);
        for (KeySpill.Entry entry : taken) {
            assertThat(entry.name()).isEqualTo(expected.remove());
        }
    }
}
