package io.undermoon.dev.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaCommandTest {
    private static final Path JAR = Path.of("/app.jar");

    @TempDir
    private Path jdk;

    @Test
    void allows_unsafe_only_where_the_flag_exists() throws IOException {
        assertThat(commandOf("17.0.15")).containsExactly(java().toString(), "-jar", "/app.jar");
        assertThat(commandOf("25.0.3"))
                .containsExactly(java().toString(), "--sun-misc-unsafe-memory-access=allow", "-jar", "/app.jar");
        assertThat(commandOf("25")).hasSize(4);
    }

    @Test
    void a_jdk_that_does_not_say_its_version_gets_no_flag() {
        assertThat(JavaCommand.of(java(), JAR).build()).hasSize(3);
    }

    private List<String> commandOf(String version) throws IOException {
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Any\"\nJAVA_VERSION=\"" + version + "\"\n");
        return JavaCommand.of(java(), JAR).build();
    }

    private Path java() {
        return jdk.resolve("bin/java");
    }
}
