package io.undermoon.images;

import io.undermoon.images.ProgramImage.Training;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The ahead-of-time cache of a JVM (JEP 514): the classes of a start, loaded and linked, with profiles. It fits the one
 * JVM that has written it, with the same files and the same options of the heap; another one starts without it.
 */
final class StartupCache {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int LOG_LINES = 20;
    private static final int LOG_WIDTH = 300;

    private final ProgramImage program;
    private final Training training;
    private final Path java;
    private final JvmApplication application;

    /** @param java the program of the unpacked base image, which has to run on this machine */
    StartupCache(ProgramImage program, Training training, Path java, JvmApplication application) {
        this.program = program;
        this.training = training;
        this.java = java;
        this.application = application;
    }

    /** Runs the program until it answers or ends by itself, and has the JVM write the cache when it ends. */
    void write(Path cache) throws IOException, InterruptedException {
        Object[] ports = freePorts();
        Path log = cache.resolveSibling(program.name() + "-training.log");
        List<String> command = new ArrayList<>(List.of(java.toString(), "-XX:AOTCacheOutput=" + cache));
        command.addAll(program.jvmOptions());
        training.settings().forEach(setting -> command.add(setting.formatted(ports)));
        command.addAll(application.options(application.directory()));
        command.add(application.mainClass());
        command.addAll(training.arguments());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(application.directory().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(StartupCache::isSetting);
        Process process = builder.start();
        try {
            for (String path : training.paths()) {
                await(process, "http://127.0.0.1:" + ports[0] + path, log);
            }
            if (!training.endsByItself()) {
                process.destroy();
            }
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || !Files.exists(cache)) {
                throw failure("has not written its startup cache", log);
            }
            if (training.endsByItself() && process.exitValue() != 0) {
                throw failure("has ended with status " + process.exitValue(), log);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** Whether a variable of this machine would configure the program or its JVM. */
    private static boolean isSetting(String variable) {
        return variable.startsWith("UNDERMOON_")
                || variable.startsWith("QUARKUS_")
                || variable.equals("JDK_JAVA_OPTIONS")
                || variable.equals("JAVA_TOOL_OPTIONS");
    }

    private void await(Process process, String address, Path log) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        long end = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < end) {
            if (!process.isAlive()) {
                throw failure("has ended before it answered", log);
            }
            try {
                HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                        .timeout(LIMIT)
                        .build();
                if (http.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // It does not listen yet.
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
        throw failure("does not answer at " + address, log);
    }

    private ImageException failure(String what, Path log) throws IOException {
        String written;
        try (Stream<String> lines = Files.lines(log)) {
            written = lines.limit(LOG_LINES)
                    .map(line -> line.substring(0, Math.min(line.length(), LOG_WIDTH)))
                    .collect(Collectors.joining("\n"));
        }
        return new ImageException(program.name() + ", run by " + java + " for its startup cache, " + what
                + "; -Dimages.startup-cache=false leaves it out. The beginning of " + log + ":\n" + written);
    }

    private static Object[] freePorts() throws IOException {
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket two = new ServerSocket(0);
                ServerSocket three = new ServerSocket(0)) {
            return new Object[] {one.getLocalPort(), two.getLocalPort(), three.getLocalPort()};
        }
    }
}
