package io.undermoon.system.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.system.compose.ComposeFile.Service;
import io.undermoon.testsupport.RedisBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Runs the services of a Compose file as processes. Each network of a container is a loopback address of its own, so
 * that ports stay as they are; names of services become these addresses.
 */
final class ComposeProcesses implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final Function<Service, Path> checkouts;
    private final Path directory;
    private final ComposeFile file;
    private final Map<String, String> addresses = new HashMap<>();
    private final Map<String, Process> running = new HashMap<>();

    /** @param checkouts where the service's jar has been built, for a service that is no Redis node */
    ComposeProcesses(Function<Service, Path> checkouts, Path directory, ComposeFile file) {
        this.checkouts = checkouts;
        this.directory = directory;
        this.file = file;
        String net = freeNet();
        List<String> networks = file.services().values().stream()
                .map(Service::network)
                .distinct()
                .sorted()
                .toList();
        networks.forEach(network -> addresses.put(network, net + (100 + networks.indexOf(network))));
    }

    /** The first three numbers of addresses where nobody has the ports of the file. */
    private static String freeNet() {
        SplittableRandom random = new SplittableRandom();
        for (int attempt = 0; attempt < 100; attempt++) {
            String net = "127." + random.nextInt(1, 255) + "." + random.nextInt(1, 255) + ".";
            try (ServerSocket socket = new ServerSocket(5299, 1, InetAddress.getByName(net + "100"))) {
                assertThat(socket.isBound()).isTrue();
                return net;
            } catch (IOException e) {
                // Somebody has it; the next one.
            }
        }
        throw new IllegalStateException("no loopback address is free");
    }

    /** A text in which the names of services are addresses of this machine. */
    String onThisMachine(String text, String network) {
        String address = addresses.get(network);
        String result = text.replace("0.0.0.0", address).replace("127.0.0.1", address);
        for (Map.Entry<String, String> host : addresses.entrySet()) {
            result = result.replaceAll("(?<![\\w.-])" + Pattern.quote(host.getKey()) + "(?=:\\d|$)", host.getValue());
        }
        return result;
    }

    /** Starts what does not run, each after what it needs, and waits until all are healthy. */
    void up() {
        Set<String> healthy = new HashSet<>();
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(100)).until(() -> {
            for (Service service : file.services().values()) {
                if (!isRunning(service.name()) && mayStart(service, healthy)) {
                    start(service);
                }
                if (isRunning(service.name()) && !healthy.contains(service.name()) && isHealthy(service)) {
                    healthy.add(service.name());
                }
                assertThat(hasEnded(service.name()))
                        .as(() -> service.name() + " has ended:\n" + log(service.name()))
                        .isFalse();
            }
            return healthy.equals(file.services().keySet());
        });
    }

    private boolean mayStart(Service service, Set<String> healthy) {
        return service.needs().entrySet().stream()
                .allMatch(need -> need.getValue() ? healthy.contains(need.getKey()) : isRunning(need.getKey()));
    }

    private boolean isRunning(String service) {
        Process process = running.get(service);
        return process != null && process.isAlive();
    }

    private boolean hasEnded(String service) {
        Process process = running.get(service);
        return process != null && !process.isAlive();
    }

    /** Kills services, and forgets them. */
    void kill(List<String> services) throws InterruptedException {
        for (String service : services) {
            Process process = running.remove(service);
            assertThat(process).as(service).isNotNull();
            process.destroyForcibly();
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private void start(Service service) throws IOException {
        List<String> command = new ArrayList<>();
        if (service.image().equals("redis")) {
            List<String> words = service.command();
            assertThat(words.get(0)).isEqualTo("redis-server");
            command.add(RedisBinary.any().toString());
            words.subList(1, words.size()).forEach(word -> command.add(inVolume(service, word)));
            command.addAll(List.of("--bind", addresses.get(service.network())));
        } else {
            Path jar = checkouts.apply(service).resolve(service.image()).resolve("target/quarkus-app/quarkus-run.jar");
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-jar",
                    jar.toString()));
        }
        Path home = Files.createDirectories(directory.resolve(service.name()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(logFile(service.name()).toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("UNDERMOON_") || name.startsWith("QUARKUS_"));
        service.environment()
                .forEach((name, value) ->
                        builder.environment().put(name, inVolume(service, onThisMachine(value, service.network()))));
        running.put(service.name(), builder.start());
    }

    private String inVolume(Service service, String text) {
        String result = text;
        for (Map.Entry<String, String> volume : service.volumes().entrySet()) {
            if (result.startsWith(volume.getKey())) {
                Path place = directory.resolve("volumes").resolve(volume.getValue());
                place.toFile().mkdirs();
                result = place + result.substring(volume.getKey().length());
            }
        }
        return result;
    }

    private boolean isHealthy(Service service) throws IOException, InterruptedException {
        List<String> check = service.healthCheck();
        assertThat(check).as(service.name() + " has a health check").startsWith("CMD");
        List<String> command = new ArrayList<>();
        check.subList(1, check.size())
                .forEach(word -> command.add(word.replace("127.0.0.1", addresses.get(service.network()))));
        if (command.get(0).equals("redis-cli")) {
            command.addAll(1, List.of("-h", addresses.get(service.network())));
        }
        return run(command).status() == 0;
    }

    /** What a program of this machine writes, and how it ends. */
    static Output run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(text.strip(), process.waitFor());
    }

    /** @param text without spaces at its ends */
    record Output(String text, int status) {}

    private Path logFile(String service) {
        return directory.resolve(service + ".log");
    }

    private String log(String service) {
        try {
            return Files.readString(logFile(service));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        running.values().forEach(Process::destroyForcibly);
        running.values().forEach(process -> process.onExit().join());
        running.clear();
    }
}
