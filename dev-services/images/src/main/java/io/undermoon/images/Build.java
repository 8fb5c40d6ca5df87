package io.undermoon.images;

import io.undermoon.images.ImageRequest.Kind;
import io.undermoon.images.JvmApplication.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the build of a module leaves in its {@code target} directory, and how a JVM starts it. */
sealed interface Build {
    /** @throws ImageException if the module has not been built */
    JvmApplication application(Path target) throws IOException;

    /** Whether there is an executable of this kind. */
    boolean has(Kind kind);

    /** The end of the name of the file with the bill of materials. */
    String billOfMaterials(Kind kind);

    /**
     * A Quarkus application, {@code target/quarkus-app}, on one class path. Quarkus' own start jar has a class loader
     * that a startup cache does not reach; {@code GeneratedMain} on a class path is what Quarkus' jars of the older
     * form start with.
     */
    record Quarkus() implements Build {
        @Override
        public JvmApplication application(Path target) throws IOException {
            Path directory = existing(target.resolve("quarkus-app"));
            List<Path> libraries = new ArrayList<>(jars(directory, "lib/boot"));
            libraries.addAll(jars(directory, "lib/main"));
            return new JvmApplication(
                    directory,
                    "io.quarkus.runner.GeneratedMain",
                    List.of(
                            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                            // As in the manifest of Quarkus' start jar: its threads clear their thread-local values.
                            "--add-opens=java.base/java.lang=ALL-UNNAMED"),
                    // Classes that Quarkus has generated or changed come first, as in its own class loader.
                    List.of(
                            new Part("code of Quarkus", jars(directory, "quarkus")),
                            new Part("service", jars(directory, "app")),
                            new Part("libraries", libraries)));
        }

        @Override
        public boolean has(Kind kind) {
            return true;
        }

        @Override
        public String billOfMaterials(Kind kind) {
            return kind == Kind.JVM ? "quarkus-run-cyclonedx.json" : "-runner-cyclonedx.json";
        }
    }

    /**
     * A jar with its libraries in {@code target/lib}. There is no native executable of it.
     *
     * @param name of the jar, without its extension
     * @param options of the JVM. They are not in {@code JDK_JAVA_OPTIONS}, where they could be replaced: of that
     *     variable the JVM writes a line at each start, among the errors of the command
     */
    record Jar(String name, String mainClass, List<String> options) implements Build {
        public Jar {
            options = List.copyOf(options);
        }

        @Override
        public JvmApplication application(Path target) throws IOException {
            Path jar = existing(target.resolve(name + ".jar"));
            return new JvmApplication(
                    target,
                    mainClass,
                    options,
                    List.of(
                            new Part("program", List.of(target.relativize(jar))),
                            new Part("libraries", jars(target, "lib"))));
        }

        @Override
        public boolean has(Kind kind) {
            return kind == Kind.JVM;
        }

        @Override
        public String billOfMaterials(Kind kind) {
            return name + "-cyclonedx.json";
        }
    }

    private static Path existing(Path built) {
        if (!Files.exists(built)) {
            throw new ImageException(built + " does not exist: build everything first (mvn package)");
        }
        return built;
    }

    private static List<Path> jars(Path directory, String part) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(part))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .map(directory::relativize)
                    .toList();
        }
    }
}
