package io.undermoon.dev.testing;

import io.undermoon.dev.os.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A language of the programs in {@code dev-services/clients}, with what it takes to run them: tools of this machine,
 * and libraries that the language's own package tool fetches into the build directory.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are made by List.of
public enum ClientLanguage {
    PYTHON(List.of("python3"), pythonLibraries(), List.of()),
    NODE(
            List.of("node", "npm"),
            List.of(List.of("npm", "ci", "--silent", "--no-audit", "--no-fund", "--fetch-retries=1")),
            List.of()),
    GO(
            List.of("go"),
            List.of(List.of("go", "mod", "download")),
            List.of(List.of("go", "build", "-o", "go-redis", "."))),
    RUST(
            List.of("cargo"),
            List.of(List.of("cargo", "fetch", "--quiet", "--locked")),
            List.of(List.of("cargo", "build", "--quiet", "--locked")));

    private static final int TIMEOUT_MINUTES = 10;
    private static final int SHOWN_CHARACTERS = 500;
    private static final Path SOURCES = LauncherProcess.CHECKOUT.resolve("dev-services/clients");
    private static final Path BUILDS = LauncherProcess.CHECKOUT.resolve("dev-services/launcher/target/clients");

    private final List<String> tools;
    private final List<List<String>> fetch;
    private final List<List<String>> build;

    ClientLanguage(List<String> tools, List<List<String>> fetch, List<List<String>> build) {
        this.tools = tools;
        this.fetch = fetch;
        this.build = build;
    }

    /** Those of the requirements, but redis-py in the version that the build names, if it names one. */
    private static List<List<String>> pythonLibraries() {
        List<String> pip = List.of(".venv/bin/python", "-m", "pip", "install", "--quiet");
        List<List<String>> commands = new ArrayList<>();
        commands.add(List.of("python3", "-m", "venv", ".venv"));
        commands.add(with(pip, "-r", "requirements.txt"));
        String redisPy = System.getProperty("undermoon.test.redis-py", "");
        if (!redisPy.isEmpty()) {
            commands.add(with(pip, "redis==" + redisPy));
        }
        return List.copyOf(commands);
    }

    private static List<String> with(List<String> command, String... arguments) {
        return Stream.concat(command.stream(), Stream.of(arguments)).toList();
    }

    /** Where its programs are built and run, a copy of the sources. */
    Path directory() {
        return BUILDS.resolve(sourceDirectory().getFileName());
    }

    private Path sourceDirectory() {
        return SOURCES.resolve(name().toLowerCase(Locale.ROOT));
    }

    /**
     * Fetches the libraries and builds the programs.
     *
     * @return what this machine lacks for that; empty if all is ready
     */
    public Optional<String> prepare() throws IOException, InterruptedException {
        for (String tool : tools) {
            if (Programs.onPath(tool).isEmpty()) {
                return Optional.of("there is no " + tool + " on PATH");
            }
        }
        copySources();
        for (List<String> command : fetch) {
            Optional<String> problem = run(command);
            if (problem.isPresent()) {
                return Optional.of("libraries cannot be fetched: " + problem.get());
            }
        }
        for (List<String> command : build) {
            run(command).ifPresent(problem -> {
                throw new AssertionError(problem);
            });
        }
        return Optional.empty();
    }

    /** Without directories, which package tools leave when a program is run by hand; but with Rust's sources. */
    private void copySources() throws IOException {
        for (Path source : List.of(sourceDirectory(), sourceDirectory().resolve("src"))) {
            if (Files.isDirectory(source)) {
                Path copy = directory().resolve(sourceDirectory().relativize(source));
                Files.createDirectories(copy);
                try (Stream<Path> files = Files.list(source)) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        Files.copy(
                                file,
                                copy.resolve(file.getFileName()),
                                StandardCopyOption.REPLACE_EXISTING,
                                StandardCopyOption.COPY_ATTRIBUTES);
                    }
                }
            }
        }
    }

    /** What went wrong, with the end of the output. */
    private Optional<String> run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory(), "prepare", ".out");
        Process process = new ProcessBuilder(command)
                .directory(directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        String text = Files.readString(output).strip();
        Files.delete(output);
        if (ended && process.exitValue() == 0) {
            return Optional.empty();
        }
        String end = text.substring(Math.max(0, text.length() - SHOWN_CHARACTERS));
        String how = ended ? "ended with " + process.exitValue() : "took over " + TIMEOUT_MINUTES + " minutes";
        return Optional.of(String.join(" ", command) + " " + how + ":\n" + end);
    }
}
