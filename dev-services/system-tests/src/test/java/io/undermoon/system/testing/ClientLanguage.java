package io.undermoon.system.testing;

import io.undermoon.dev.os.Programs;
import io.undermoon.dev.testing.LauncherProcess;
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
import org.jspecify.annotations.Nullable;

/**
 * What it takes to run some programs of {@code dev-services/clients}: tools of this machine, and libraries that the
 * language's own package tool fetches. What takes long to fetch or to compile stays in a {@link Kept} directory.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are made by List.of
public enum ClientLanguage {
    PYTHON("python", List.of("python3"), venv(".venv", "requirements.txt"), pythonLibraries(), List.of()),
    PYTHON_APPLICATIONS(
            "python",
            List.of("python3"),
            venv(".venv-applications", "requirements-applications.txt"),
            pip("requirements-applications.txt"),
            List.of()),
    /** Its redis-py is older than what the others need. */
    PYTHON_ARQ(
            "python",
            List.of("python3"),
            venv(".venv-arq", "requirements-arq.txt"),
            pip("requirements-arq.txt"),
            List.of()),
    /** No client, but a tool that calls the broker's API. */
    SCHEMATHESIS(
            "python",
            List.of("python3"),
            venv(".venv-schemathesis", "requirements-schemathesis.txt"),
            pip("requirements-schemathesis.txt"),
            List.of()),
    NODE(
            "node",
            List.of("node", "npm"),
            null,
            List.of(List.of("npm", "ci", "--silent", "--no-audit", "--no-fund", "--fetch-retries=1")),
            List.of()),
    GO(
            "go",
            List.of("go"),
            null,
            List.of(List.of("go", "mod", "download")),
            List.of(List.of("go", "build", "-o", "go-redis", "."))),
    /** Cargo sees by itself what of its directory is still good. */
    RUST(
            "rust",
            List.of("cargo"),
            new Kept("target", "Cargo.lock", "cargo"),
            List.of(List.of("cargo", "fetch", "--quiet", "--locked")),
            List.of(List.of("cargo", "build", "--quiet", "--locked"))),
    /** With the libraries that are installed, in the versions that are installed. */
    RUBY("ruby", List.of("ruby", "sidekiq"), null, List.of(), List.of()),
    /** The programs of the launcher's own tests. */
    JAVA("java", List.of(), null, List.of(), List.of());

    private static final int TIMEOUT_MINUTES = 10;
    private static final int SHOWN_CHARACTERS = 500;
    private static final Path SOURCES = LauncherProcess.CHECKOUT.resolve("dev-services/clients");
    private static final Path BUILDS = LauncherProcess.CHECKOUT.resolve("dev-services/launcher/target/clients");

    /** In commands, the directory that is kept. */
    private static final String KEPT = "KEPT";

    private final String folder;
    private final List<String> tools;
    private final @Nullable Kept kept;
    private final List<List<String>> fetch;
    private final List<List<String>> build;

    ClientLanguage(
            String folder,
            List<String> tools,
            @Nullable Kept kept,
            List<List<String>> fetch,
            List<List<String>> build) {
        this.folder = folder;
        this.tools = tools;
        this.kept = kept;
        this.fetch = fetch;
        this.build = build;
    }

    /** Those of the requirements, but redis-py in the version that the build names, if it names one. */
    private static List<List<String>> pythonLibraries() {
        List<List<String>> commands = new ArrayList<>(pip("requirements.txt"));
        String redisPy = System.getProperty("undermoon.test.redis-py", "");
        if (!redisPy.isEmpty()) {
            commands.add(List.of(KEPT + "/bin/python", "-m", "pip", "install", "--quiet", "redis==" + redisPy));
        }
        return List.copyOf(commands);
    }

    private static Kept venv(String directory, String requirements) {
        return new Kept(directory, requirements, "python3");
    }

    private static List<List<String>> pip(String requirements) {
        return List.of(
                List.of("python3", "-m", "venv", "--clear", KEPT),
                List.of(KEPT + "/bin/python", "-m", "pip", "install", "--quiet", "-r", requirements));
    }

    /** Where its programs are built and run, a copy of the sources. */
    public Path directory() {
        return BUILDS.resolve(name().toLowerCase(Locale.ROOT));
    }

    private Path sourceDirectory() {
        return SOURCES.resolve(folder);
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
        if (kept == null) {
            return fetchAndBuild("", true);
        }
        Path source = sourceDirectory().resolve(kept.keyFile());
        try (Kept.Held held = kept.hold(List.of(Files.readString(source), fetch.toString()), directory())) {
            Optional<String> problem = fetchAndBuild(held.directory().toString(), !held.isComplete());
            if (problem.isEmpty()) {
                held.complete();
            }
            return problem;
        }
    }

    private Optional<String> fetchAndBuild(String keptDirectory, boolean isFetching)
            throws IOException, InterruptedException {
        for (List<String> command : isFetching ? fetch : List.<List<String>>of()) {
            Optional<String> problem = run(command.stream()
                    .map(word -> word.replace(KEPT, keptDirectory))
                    .toList());
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
        Files.createDirectories(directory());
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
