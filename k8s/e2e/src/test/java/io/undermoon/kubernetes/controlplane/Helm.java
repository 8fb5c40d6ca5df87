package io.undermoon.kubernetes.controlplane;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The program helm. */
public final class Helm {
    private final Path program;
    private final Path directory;
    private final Optional<Path> kubeconfig;

    /**
     * @param programs the directory of the program
     * @param directory for what it keeps
     * @param kubeconfig where the API server is, for those commands that need it
     */
    public Helm(Path programs, Path directory, Optional<Path> kubeconfig) {
        this.program = programs.resolve("helm");
        this.directory = directory;
        this.kubeconfig = kubeconfig;
    }

    /**
     * Runs a command to its end.
     *
     * @return what it has written to its standard output
     * @throws IOException with its words if it fails
     */
    public String run(String... arguments) throws IOException {
        Files.createDirectories(directory);
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile(directory, "helm", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("HELM_CACHE_HOME", directory.resolve("cache").toString());
        builder.environment()
                .put("HELM_CONFIG_HOME", directory.resolve("config").toString());
        builder.environment().put("HELM_DATA_HOME", directory.resolve("data").toString());
        kubeconfig.ifPresent(file -> builder.environment().put("KUBECONFIG", file.toString()));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + Files.readString(errors) + output);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return output;
    }
}
