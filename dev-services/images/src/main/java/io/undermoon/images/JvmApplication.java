package io.undermoon.images;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program for the JVM as an image starts it: on one class path.
 *
 * @param directory that the jars are below
 * @param ownOptions of the JVM that this program needs, whatever the size of its container
 * @param parts in the order of the class path
 */
record JvmApplication(Path directory, String mainClass, List<String> ownOptions, List<Part> parts) {
    /**
     * Jars that change together.
     *
     * @param name of the layer that has them
     * @param jars relative to the directory
     */
    record Part(String name, List<Path> jars) {
        Part {
            jars = List.copyOf(jars);
        }
    }

    JvmApplication {
        ownOptions = List.copyOf(ownOptions);
        parts = List.copyOf(parts);
    }

    /** The same at another place. */
    JvmApplication in(Path otherDirectory) {
        return new JvmApplication(otherDirectory, mainClass, ownOptions, parts);
    }

    /** All of them, in the order of the class path, relative to the directory. */
    List<Path> jars() {
        return parts.stream().flatMap(part -> part.jars().stream()).toList();
    }

    /** The options of the JVM that do not depend on the size of a container, for an application at a place. */
    List<String> options(Path place) {
        List<String> options = new ArrayList<>(List.of(
                // Netty's buffers use sun.misc.Unsafe and native code.
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.library.path=" + place.resolve("native"),
                // Nothing is written to /tmp, as the root file system may be read-only.
                "-XX:-UsePerfData"));
        options.addAll(ownOptions);
        options.add("-cp");
        options.add(String.join(
                ":", jars().stream().map(jar -> place.resolve(jar).toString()).toList()));
        return options;
    }
}
