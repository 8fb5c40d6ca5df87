package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {
    @Test
    void finds_the_first_executable_file(@TempDir Path root) throws IOException {
        Path first = Files.createDirectories(root.resolve("first"));
        Path second = Files.createDirectories(root.resolve("second"));
        Files.writeString(first.resolve("redis-server"), "not executable");
        Path program = Files.writeString(second.resolve("redis-server"), "executable");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        assertThat(Programs.onPath("redis-server", first + File.pathSeparator + second))
                .contains(program);
        assertThat(Programs.onPath("redis-server", first.toString())).isEmpty();
        assertThat(Programs.onPath("redis-server", "")).isEmpty();
    }

    @Test
    void the_running_java_exists() {
        assertThat(Programs.java()).isExecutable();
    }
}
