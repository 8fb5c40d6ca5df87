package io.undermoon.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An etcd of one or more members, real processes on free loopback ports, with their data in a directory of the test.
 * They can be killed, started again with their data, and stopped for a while. {@link #close} kills those that run.
 */
public final class EtcdServers implements AutoCloseable {
    private static final String NAME = "etcd";
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    private final Path directory;
    private final List<String> options;
    private final List<Integer> clientPorts;
    private final List<Integer> peerPorts;
    private final List<Process> processes = new ArrayList<>();
    private final String scheme;

    /**
     * Starts the members, and returns when each has taken part in a read.
     *
     * @param directory for the data and the logs
     */
    public static EtcdServers start(Path directory, int members) {
        return new EtcdServers(directory, members, "http", List.of()).ready();
    }

    /** Starts one member that clients reach by https; returns at once, as only a client with TLS can ask it. */
    public static EtcdServers startWithTls(Path directory, TestAuthority.Identity own, Path clientAuthorities) {
        return new EtcdServers(
                directory,
                1,
                "https",
                List.of(
                        "--cert-file",
                        own.certificate().toString(),
                        "--key-file",
                        own.key().toString(),
                        "--client-cert-auth",
                        "--trusted-ca-file",
                        clientAuthorities.toString()));
    }

    private EtcdServers(Path directory, int members, String scheme, List<String> options) {
        this.directory = directory;
        this.scheme = scheme;
        this.options = options;
        this.clientPorts = ports(members);
        this.peerPorts = ports(members);
        for (int member = 0; member < members; member++) {
            processes.add(run(member));
        }
    }

    /** Whether there is an etcd on the PATH; the condition of tests that need one. */
    public static boolean isInstalled() {
        return Stream.ofNullable(System.getenv("PATH"))
                .flatMap(path -> Stream.of(path.split(File.pathSeparator, -1)))
                .anyMatch(path -> Path.of(path, NAME).toFile().canExecute());
    }

    /** Where clients reach a member. */
    public String address(int member) {
        return "127.0.0.1:" + clientPorts.get(member);
    }

    public int port(int member) {
        return clientPorts.get(member);
    }

    /** Kills a member without a warning. */
    public void kill(int member) {
        Process process = processes.get(member);
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Starts a killed member with its data. */
    public void restart(int member) {
        processes.set(member, run(member));
    }

    /** Stops a member until {@link #resume}; it keeps its connections. */
    public void pause(int member) {
        signal("STOP", member);
    }

    public void resume(int member) {
        signal("CONT", member);
    }

    /** Sends a request to a member's JSON gateway, and returns its answer whatever the status. */
    public String post(int member, String path, String json) throws IOException {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://" + address(member) + path))
                                    .timeout(START_LIMIT)
                                    .POST(BodyPublishers.ofString(json))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        for (int member = 0; member < processes.size(); member++) {
            kill(member);
        }
    }

    private EtcdServers ready() {
        long start = System.nanoTime();
        for (int member = 0; member < processes.size(); member++) {
            while (!answers(member)) {
                if (System.nanoTime() - start > START_LIMIT.toNanos()) {
                    close();
                    throw new IllegalStateException("etcd does not start, see " + log(member));
                }
            }
        }
        return this;
    }

    private boolean answers(int member) {
        try {
            return post(member, "/v3/kv/range", "{\"key\":\"AA==\"}").contains("revision");
        } catch (IOException e) {
            pause();
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Process run(int member) {
        List<String> command = new ArrayList<>(List.of(
                NAME,
                "--name",
                "m" + member,
                "--data-dir",
                directory.resolve("m" + member).toString(),
                "--listen-client-urls",
                scheme + "://" + address(member),
                "--advertise-client-urls",
                scheme + "://" + address(member),
                "--listen-peer-urls",
                peer(member),
                "--initial-advertise-peer-urls",
                peer(member),
                "--initial-cluster",
                IntStream.range(0, clientPorts.size())
                        .mapToObj(other -> "m" + other + "=" + peer(other))
                        .collect(Collectors.joining(",")),
                "--heartbeat-interval",
                "50",
                "--election-timeout",
                "500"));
        command.addAll(options);
        try {
            Files.createDirectories(directory);
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log(member)))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private File log(int member) {
        return directory.resolve("m" + member + ".log").toFile();
    }

    private String peer(int member) {
        return "http://127.0.0.1:" + peerPorts.get(member);
    }

    private void signal(String name, int member) {
        long pid = processes.get(member).pid();
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid + " ended with " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static List<Integer> ports(int number) {
        return IntStream.range(0, number).mapToObj(i -> FreePort.any()).toList();
    }
}
