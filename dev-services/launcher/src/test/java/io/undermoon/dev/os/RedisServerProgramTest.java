package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerProgramTest {
    @TempDir
    private Path directory;

    @Test
    void unpacks_a_program_that_runs() throws IOException, InterruptedException {
        Path program = RedisServerProgram.unpackInto(directory.resolve("bin"));

        Process process = new ProcessBuilder(program.toString(), "--version").start();
        String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(version).contains("v=7.0.15");
    }

    @Test
    void unpacks_once() throws IOException {
        Path program = RedisServerProgram.unpackInto(directory);
        FileTime marked = FileTime.fromMillis(0);
        Files.setLastModifiedTime(program, marked);

        assertThat(RedisServerProgram.unpackInto(directory)).isEqualTo(program);
        assertThat(Files.getLastModifiedTime(program)).isEqualTo(marked);
    }

    @Test
    void takes_a_server_of_any_kind_on_the_path_before_its_own() {
        Map<String, Path> both =
                Map.of("keydb-server", Path.of("/k/keydb-server"), "valkey-server", Path.of("/v/valkey-server"));
        assertThat(RedisServerProgram.find(name -> Optional.ofNullable(both.get(name)), directory))
                .isEqualTo(Path.of("/v/valkey-server"));
        assertThat(RedisServerProgram.find(name -> Optional.empty(), directory)).hasParent(directory);
    }

    @Test
    void names_the_binary_of_each_kind_of_machine() {
        assertThat(RedisServerProgram.resourceName("Linux", "amd64")).isEqualTo("redis-server-7.0.15-linux-amd64");
        assertThat(RedisServerProgram.resourceName("Linux", "aarch64")).isEqualTo("redis-server-7.0.15-linux-arm64");
        assertThat(RedisServerProgram.resourceName("Mac OS X", "x86_64")).isEqualTo("redis-server-7.0.15-darwin-amd64");
        assertThat(RedisServerProgram.resourceName("Mac OS X", "aarch64"))
                .isEqualTo("redis-server-7.0.15-darwin-arm64");
    }
}
