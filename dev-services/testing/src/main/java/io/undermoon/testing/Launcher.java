package io.undermoon.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undermoon.bundle.Bundle;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A process of the launcher, {@code undermoon serve}. It ends with all that it has started once no program is attached
 * to it, and in any case within seconds when none attaches.
 */
final class Launcher {
    /** Of {@code undermoon serve} when another process has the data directory. */
    private static final int IN_USE = 3;

    /** Variables that configure this program, or its Java, would configure the services as well. */
    private static final Set<String> OWN_VARIABLES =
            Set.of("QUARKUS_", "SMALLRYE_", "UNDERMOON_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final String CLUSTER = "dev";
    private static final File NOTHING = new File("/dev/null");
    private static final int MAX_LINES_OF_A_FAILURE = 30;

    private final Process process;
    private final Path log;

    private Launcher(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** @param data its data directory, which it makes */
    static Launcher start(Bundle bundle, ClusterSettings settings, Path data) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dundermoon.checkout=" + bundle.root(),
                "-jar",
                bundle.launcher().toString(),
                "serve",
                "--data=" + data,
                "--cluster=" + CLUSTER + ":" + settings.nodes(),
                "--timeout=" + Math.max(1, settings.timeout().toSeconds())));
        if (settings.shared().isEmpty()) {
            command.add("--temporary");
        }
        if (settings.activeRedirection()) {
            command.add("--active-redirection");
        }
        settings.basePort().ifPresent(port -> command.add("--base-port=" + port));
        settings.redisServer().ifPresent(program -> command.add("--redis-server=" + program));
        Path log = Files.createTempFile("undermoon-", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(bundle.root().toFile())
                .redirectInput(Redirect.from(NOTHING))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(Launcher::isOwn);
        return new Launcher(builder.start(), log);
    }

    private static boolean isOwn(String variable) {
        return OWN_VARIABLES.stream()
                .anyMatch(prefix -> variable.toUpperCase(Locale.ROOT).startsWith(prefix));
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** What it has printed is of no use any more. */
    void removeLog() throws IOException {
        Files.deleteIfExists(log);
    }

    /** Why it has ended; empty if another one has the data directory, or it runs. */
    Optional<String> failure() throws IOException {
        if (process.isAlive() || process.exitValue() == IN_USE) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(log, UTF_8);
        String end = lines.stream()
                .skip(Math.max(0, lines.size() - MAX_LINES_OF_A_FAILURE))
                .collect(Collectors.joining("\n"));
        return Optional.of(end.isEmpty() ? "the launcher ended with status " + process.exitValue() : end);
    }

    /** Where it prints to. */
    Path log() {
        return log;
    }
}
