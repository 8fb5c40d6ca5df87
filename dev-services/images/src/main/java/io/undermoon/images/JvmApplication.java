package io.undermoon.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What Quarkus has built for the JVM, {@code target/quarkus-app}, as an image starts it: on one class path. Quarkus'
 * own start jar has a class loader that a startup cache does not reach; {@code GeneratedMain} on a class path is what
 * Quarkus' jars of the older form start with.
 *
 * @param directory with {@code lib}, {@code app} and {@code quarkus} in it
 */
record JvmApplication(Path directory) {
    static final String MAIN_CLASS = "io.quarkus.runner.GeneratedMain";

    /** Classes that Quarkus has generated or changed come first, as in its own class loader. */
    private static final List<String> DIRECTORIES = List.of("quarkus", "app", "lib/boot", "lib/main");

    JvmApplication {
        if (!Files.isDirectory(directory.resolve("quarkus"))) {
            throw new ImageException(directory + " does not exist: build the services first (mvn package)");
        }
    }

    /** The jars in the order of the class path, relative to the directory. */
    List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String part : DIRECTORIES) {
            try (Stream<Path> files = Files.list(directory.resolve(part))) {
                files.filter(file -> file.toString().endsWith(".jar"))
                        .sorted()
                        .map(directory::relativize)
                        .forEach(jars::add);
            }
        }
        return jars;
    }

    /** The options of the JVM that do not depend on the size of a container, for an application at a place. */
    List<String> options(Path place) throws IOException {
        return List.of(
                // Netty's buffers use sun.misc.Unsafe and native code.
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Djava.library.path=" + place.resolve("native"),
                // As in the manifest of Quarkus' start jar: its threads clear their thread-local values.
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                // Nothing is written to /tmp, as the root file system may be read-only.
                "-XX:-UsePerfData",
                "-cp",
                String.join(
                        ":",
                        jars().stream()
                                .map(jar -> place.resolve(jar).toString())
                                .toList()));
    }
}
