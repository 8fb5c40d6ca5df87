package io.undermoon.dev.stack;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a Java program, under construction: flags and properties, then the jar. */
final class JavaCommand {
    private final List<String> arguments = new ArrayList<>();
    private final Path jar;

    private JavaCommand(Path java, Path jar) {
        this.arguments.add(java.toString());
        this.jar = jar;
    }

    static JavaCommand of(Path java, Path jar) {
        return new JavaCommand(java, jar);
    }

    JavaCommand flag(String flag) {
        arguments.add(flag);
        return this;
    }

    JavaCommand with(String property, Object value) {
        return flag("-D" + property + "=" + value);
    }

    List<String> build() {
        arguments.add("-jar");
        arguments.add(jar.toString());
        return List.copyOf(arguments);
    }
}
