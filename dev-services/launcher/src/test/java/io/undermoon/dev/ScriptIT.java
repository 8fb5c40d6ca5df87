package io.undermoon.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code dev-services/undermoon}, with everything built. */
class ScriptIT {
    private static final Path SCRIPT = Path.of(System.getProperty("undermoon.checkout", "../.."))
            .toAbsolutePath()
            .normalize()
            .resolve("dev-services/undermoon");

    @TempDir
    private Path elsewhere;

    @Test
    void works_from_any_directory_and_through_links() throws IOException, InterruptedException {
        Path absolute = Files.createSymbolicLink(elsewhere.resolve("absolute"), SCRIPT);
        Path relative = Files.createSymbolicLink(elsewhere.resolve("relative"), Path.of("absolute"));

        for (Path link : new Path[] {SCRIPT, absolute, relative}) {
            assertThat(run(link, System.getProperty("java.home"))).startsWith("0 undermoon ");
        }
    }

    @Test
    void says_what_is_missing_when_java_is_too_old() throws IOException, InterruptedException {
        Path java = Files.createDirectories(elsewhere.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();

        assertThat(run(SCRIPT, elsewhere.toString())).startsWith("1 error:").contains("version 11", "17 or later");
    }

    /** @return the exit code and the output */
    private String run(Path script, String javaHome) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(script.toString(), "--version").directory(elsewhere.toFile());
        builder.environment().put("JAVA_HOME", javaHome);
        builder.environment().put("UNDERMOON_BUILD", "never");
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }
}
