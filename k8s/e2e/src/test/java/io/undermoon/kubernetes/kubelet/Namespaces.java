package io.undermoon.kubernetes.kubelet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The shell scripts that make and enter namespaces of Linux. */
final class Namespaces {
    private static final int LIMIT_SECONDS = 20;
    private final Path scripts;

    /** @param scripts the directory of the scripts */
    Namespaces(Path scripts) {
        this.scripts = scripts;
    }

    /** A command that runs a script. */
    List<String> script(String name, List<String> arguments) {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", scripts.resolve(name).toString()));
        command.addAll(arguments);
        return command;
    }

    /** Runs a command to its end. */
    static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
