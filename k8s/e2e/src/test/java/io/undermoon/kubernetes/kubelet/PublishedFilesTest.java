package io.undermoon.kubernetes.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishedFilesTest {
    @TempDir
    private Path directory;

    @Test
    void files_are_there_under_their_names_and_change_together() throws IOException {
        PublishedFiles files = new PublishedFiles(directory.resolve("volume"));
        files.publish(Map.of("a", bytes("1"), "dir/b", bytes("2")));
        assertThat(files.directory().resolve("a")).hasContent("1");
        assertThat(files.directory().resolve("dir/b")).hasContent("2");
        Path before = files.directory().resolve("..data").toRealPath();

        files.publish(Map.of("a", bytes("3"), "dir/b", bytes("2")));
        assertThat(files.directory().resolve("a")).hasContent("3");
        assertThat(before).doesNotExist();
    }

    @Test
    void nothing_is_written_while_nothing_changes() throws IOException {
        PublishedFiles files = new PublishedFiles(directory.resolve("volume"));
        files.publish(Map.of("a", bytes("1")));
        Path data = files.directory().resolve("..data").toRealPath();
        files.publish(Map.of("a", bytes("1")));
        assertThat(files.directory().resolve("..data").toRealPath()).isEqualTo(data);
        try (Stream<Path> entries = Files.list(files.directory())) {
            assertThat(entries).hasSize(3);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
