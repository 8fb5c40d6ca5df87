package io.undermoon.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    @TempDir
    private Path directory;

    @Test
    void has_every_file_and_each_content_once() throws IOException {
        String library = "0123456789".repeat(10_000);
        write("a/lib/netty.jar", library);
        write("b/lib/netty.jar", library);
        write("b/run.jar", "b");
        write("not-packed", "x");

        byte[] archive = pack();
        Path unpacked = directory.resolve("unpacked");
        Archive.unpack(new ByteArrayInputStream(archive), unpacked);

        assertThat(unpacked.resolve("a/lib/netty.jar")).hasContent(library);
        assertThat(unpacked.resolve("b/lib/netty.jar")).hasContent(library);
        assertThat(unpacked.resolve("b/run.jar")).hasContent("b");
        assertThat(unpacked.resolve("not-packed")).doesNotExist();
        write("b/lib/netty.jar", library + "!");
        assertThat(archive).hasSizeLessThan(pack().length);
    }

    @Test
    void does_not_depend_on_when_it_is_packed() throws IOException {
        write("a/x", "1");
        write("b/y", "2");

        assertThat(pack()).isEqualTo(pack());
    }

    @Test
    void refuses_paths_outside() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("../outside"));
        }

        assertThatThrownBy(() -> Archive.unpack(
                        new ByteArrayInputStream(bytes.toByteArray()), Files.createDirectory(directory.resolve("in"))))
                .hasMessageContaining("../outside");
        assertThat(directory.resolve("outside")).doesNotExist();
    }

    private byte[] pack() throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        Archive.pack(directory, List.of("a", "b"), archive);
        return archive.toByteArray();
    }

    private void write(String path, String content) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
