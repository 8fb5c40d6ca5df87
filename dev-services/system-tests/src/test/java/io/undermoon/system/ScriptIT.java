package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    /** As the script has it made and used. */
    @Test
    void commands_start_from_an_archive_of_their_classes() throws IOException, InterruptedException {
        Path archive = elsewhere.resolve("classes.jsa");
        Path loaded = elsewhere.resolve("loaded");
        String flags = "-Xmx64m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC ";
        assertThat(java(flags + "-XX:ArchiveClassesAtExit=" + archive + " -jar JAR training"))
                .isZero();
        assertThat(java(flags + "-XX:SharedArchiveFile=" + archive + " -Xlog:class+load:file=" + loaded
                        + " -jar JAR clusters list --broker 127.0.0.1:1"))
                .isEqualTo(4);
        List<String> own = Files.readAllLines(loaded).stream()
                .filter(line -> line.contains(" io.undermoon."))
                .toList();
        assertThat(own).hasSizeGreaterThan(50);
        assertThat(own.stream().filter(line -> line.contains("shared objects file")))
                .hasSizeGreaterThan(own.size() * 9 / 10);
    }

    private int java(String arguments) throws IOException, InterruptedException {
        Path jar = SCRIPT.resolveSibling("launcher/target/undermoon-launcher.jar");
        List<String> line = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        line.addAll(List.of(arguments.replace("JAR", jar.toString()).split(" ")));
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(elsewhere.resolve("output").toFile())
                .start()
                .waitFor();
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
