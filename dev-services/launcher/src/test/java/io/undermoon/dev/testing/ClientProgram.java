package io.undermoon.dev.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of {@code dev-services/clients}, which checks a cluster with one client library. */
@SuppressWarnings("ImmutableEnumChecker") // the list is made by List.of
public enum ClientProgram {
    REDIS_PY(ClientLanguage.PYTHON, ".venv/bin/python", "redis_py.py"),
    GLIDE(ClientLanguage.PYTHON, ".venv/bin/python", "glide.py"),
    IOREDIS(ClientLanguage.NODE, "node", "ioredis.mjs"),
    NODE_REDIS(ClientLanguage.NODE, "node", "node-redis.mjs"),
    GO_REDIS(ClientLanguage.GO, "./go-redis"),
    REDIS_RS(ClientLanguage.RUST, "target/debug/redis-rs"),
    FRED(ClientLanguage.RUST, "target/debug/fred");

    private final ClientLanguage language;
    private final List<String> command;

    ClientProgram(ClientLanguage language, String... command) {
        this.language = language;
        this.command = List.of(command);
    }

    public ClientLanguage language() {
        return language;
    }

    /**
     * Starts the program, which runs its checks.
     *
     * @param output a directory for the file of what it prints
     * @param seeds addresses of some proxies of the cluster, with commas between them
     * @param modes {@code load} to make it go on with a load until {@link ClientRun#end}
     */
    public ClientRun start(Path output, String seeds, String... modes) throws IOException {
        List<String> line = new ArrayList<>(command);
        line.add(seeds);
        line.addAll(List.of(modes));
        Path file = Files.createTempFile(output, name(), ".out");
        Process process = new ProcessBuilder(line)
                .directory(language.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(file.toFile())
                .start();
        return new ClientRun(this, process, file);
    }
}
