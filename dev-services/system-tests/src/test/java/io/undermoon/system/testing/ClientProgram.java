package io.undermoon.system.testing;

import io.undermoon.dev.os.Programs;
import io.undermoon.system.application.SpringSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A program of {@code dev-services/clients}, which checks a cluster with one library: a cluster client, or one that
 * applications use on top of a client without cluster support.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list is made by List.of
public enum ClientProgram {
    REDIS_PY(ClientLanguage.PYTHON, ".venv/bin/python", "redis_py.py"),
    GLIDE(ClientLanguage.PYTHON, ".venv/bin/python", "glide.py"),
    IOREDIS(ClientLanguage.NODE, "node", "ioredis.mjs"),
    NODE_REDIS(ClientLanguage.NODE, "node", "node-redis.mjs"),
    GO_REDIS(ClientLanguage.GO, "./go-redis"),
    REDIS_RS(ClientLanguage.RUST, "target/debug/redis-rs"),
    FRED(ClientLanguage.RUST, "target/debug/fred"),
    CELERY(ClientLanguage.PYTHON_APPLICATIONS, ".venv-applications/bin/python", "celery_tasks.py"),
    RQ(ClientLanguage.PYTHON_APPLICATIONS, ".venv-applications/bin/python", "rq_jobs.py"),
    HUEY(ClientLanguage.PYTHON_APPLICATIONS, ".venv-applications/bin/python", "huey_tasks.py"),
    DRAMATIQ(ClientLanguage.PYTHON_APPLICATIONS, ".venv-applications/bin/python", "dramatiq_actors.py"),
    DJANGO_REDIS(ClientLanguage.PYTHON_APPLICATIONS, ".venv-applications/bin/python", "django_cache.py"),
    ARQ(ClientLanguage.PYTHON_ARQ, ".venv-arq/bin/python", "arq_jobs.py"),
    BULLMQ(ClientLanguage.NODE, "node", "bullmq.mjs"),
    SIDEKIQ(ClientLanguage.RUBY, "ruby", "sidekiq_jobs.rb"),
    SPRING_SESSION(
            ClientLanguage.JAVA,
            Programs.java().toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            SpringSession.class.getName());

    private static final Set<ClientProgram> APPLICATIONS =
            EnumSet.of(CELERY, RQ, HUEY, DRAMATIQ, DJANGO_REDIS, ARQ, BULLMQ, SIDEKIQ, SPRING_SESSION);

    private final ClientLanguage language;
    private final List<String> command;

    ClientProgram(ClientLanguage language, String... command) {
        this.language = language;
        this.command = List.of(command);
    }

    /** Cluster clients. */
    public static Set<ClientProgram> clusterClients() {
        return EnumSet.complementOf(EnumSet.copyOf(APPLICATIONS));
    }

    /** Libraries that do not know of clusters. */
    public static Set<ClientProgram> applications() {
        return APPLICATIONS;
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
