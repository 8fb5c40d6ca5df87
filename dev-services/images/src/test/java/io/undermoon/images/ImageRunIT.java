package io.undermoon.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.images.ImageRequest.Kind;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images that run: unpacked, in a root of their own that is read-only, as their user, some with a startup cache. Takes
 * what a container engine takes, Linux and the rights of root, and a JDK from 25 on for the base image.
 */
class ImageRunIT {
    private static final Path CHECKOUT = Path.of(System.getProperty("undermoon.checkout", "../.."));

    /** Mounts the root read-only, as a container engine does it, and leaves the rights of root. */
    private static final String RUN = """
            root=$1; shift
            mount --bind "$root" "$root"
            mount --rbind /proc "$root/proc"
            mount --rbind /dev "$root/dev"
            if [ "$1" = /tmp ]; then mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"; fi
            mount -o remount,ro,bind "$root"
            shift
            exec chroot --userspec=185:185 "$root" "$@"
            """;

    @TempDir
    private Path directory;

    @Test
    void services_start_on_a_read_only_root() throws Exception {
        Path jdk = jdk();
        List<ProgramImage> broker = ProgramImage.ALL.subList(0, 1);
        List<ProgramImage> others = ProgramImage.ALL.subList(1, 3);
        String base = "jdk:" + jdk;
        List<Path> tars = new ArrayList<>(Images.write(broker, request(base, true), line -> {}));
        base = "tar:" + directory.resolve("work/base-jdk-" + Platforms.ownArchitecture() + ".tar");
        tars.addAll(Images.write(others, request(base, false), line -> {}));

        int port = FreePort.any();
        Map<String, String> settings =
                Map.of("UNDERMOON_ADDRESS", "127.0.0.1:" + port, "UNDERMOON_STORAGE_TYPE", "memory");
        assertRuns(tars.get(0), port, "/q/health/ready", settings, List.of("-XX:AOTMode=on")); // or the JVM ends
        settings = Map.of(
                "UNDERMOON_ADDRESS",
                "127.0.0.1:" + FreePort.any(),
                "UNDERMOON_BROKER_ADDRESS",
                "127.0.0.1:1",
                "UNDERMOON_REPLICA_PORT",
                "0",
                "QUARKUS_HTTP_PORT",
                String.valueOf(port));
        assertRuns(tars.get(1), port, "/q/health/live", settings, List.of());
        assertRuns(tars.get(2), port, "/q/health/live", settings, List.of());
    }

    @Test
    void commands_run_on_a_read_only_root() throws Exception {
        List<ProgramImage> cli = ProgramImage.ALL.subList(4, 5);
        Path tar = Images.write(cli, request("jdk:" + jdk(), true), line -> {}).get(0);

        assertThat(run(tar, "--version")).matches("0 undermoon \\d\\S+\n");
        assertThat(run(tar, "--help")).startsWith("0 Usage: undermoon").contains("data");
        assertThat(run(tar, "data", "list", "--store", "/tmp/backups"))
                .startsWith("0 ")
                .contains("There is no backup in /tmp/backups.");
        assertThat(run(tar, "context", "set", "prod", "--broker", "10.0.0.1:7799"))
                .startsWith("0 ");
        assertThat(run(tar, "status", "--broker", "127.0.0.1:1")).startsWith("4 error: ");
        assertThat(run(tar, "up")).startsWith("1 error: ").contains("no services of Undermoon");
    }

    /** @return the exit code and what was written */
    private String run(Path tar, String... arguments) throws Exception {
        ImageArchive image = ImageArchive.open(tar);
        List<String> command = command(image, unpacked(image, tar), List.of("-XX:AOTMode=on")); // or the JVM ends
        command.addAll(List.of(arguments));
        Map<String, String> settings = Map.of("UNDERMOON_CONTEXTS", "/tmp/contexts.yaml");
        Process process =
                builder(image, command, settings).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }

    private static Path jdk() throws IOException, InterruptedException {
        assumeTrue(canMount(), "needs Linux and the rights of root, to run in a root of its own");
        Optional<Path> jdk = Bases.jdk25();
        assumeTrue(jdk.isPresent(), "needs a JDK from 25 on");
        return jdk.orElseThrow();
    }

    private ImageRequest request(String base, boolean startupCache) {
        return new ImageRequest(
                CHECKOUT,
                directory,
                Kind.JVM,
                new BaseImage(base),
                List.of(Platforms.ownArchitecture()),
                "undermoon",
                "latest",
                "1",
                Optional.empty(),
                Instant.parse("2026-01-01T00:00:00Z"),
                startupCache);
    }

    private void assertRuns(Path tar, int port, String path, Map<String, String> environment, List<String> options)
            throws Exception {
        ImageArchive image = ImageArchive.open(tar);
        Path log = directory.resolve(tar.getFileName() + ".log");
        ProcessBuilder builder = builder(image, command(image, unpacked(image, tar), options), environment)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        Process process = builder.start();
        try {
            assertThat(answers(process, "http://127.0.0.1:" + port + path))
                    .as(() -> text(log))
                    .isTrue();
            assertThat(Files.readString(Path.of("/proc/" + process.pid() + "/status")))
                    .containsPattern("Uid:\\s+185\\s+185\\s+185\\s+185");
        } finally {
            process.destroy();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(Files.readString(log)).contains("stopped in");
    }

    private Path unpacked(ImageArchive image, Path tar) throws IOException {
        Path root = directory.resolve(tar.getFileName() + ".root");
        if (!Files.exists(root)) {
            image.unpack(root);
        }
        for (String mount : List.of("proc", "dev", "tmp")) {
            Files.createDirectories(root.resolve(mount));
        }
        return root;
    }

    /** The entry point, to which arguments of the program may be added. */
    private static List<String> command(ImageArchive image, Path root, List<String> options) {
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
        command.addAll(List.of("bash", "-ec", RUN, "run", root.toString()));
        boolean temporary = image.configuration().path("config").path("Volumes").has("/tmp");
        command.add(temporary ? "/tmp" : "-");
        command.addAll(ImageArchive.texts(image.configuration().path("config").path("Entrypoint")));
        command.addAll(command.size() - 1, options);
        return command;
    }

    private static ProcessBuilder builder(ImageArchive image, List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().putAll(environment);
        image.environment("JDK_JAVA_OPTIONS")
                .ifPresent(options -> builder.environment().put("JDK_JAVA_OPTIONS", options));
        return builder;
    }

    private static boolean answers(Process process, String address) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !process.isAlive() || isOk(address));
        return process.isAlive();
    }

    private static boolean isOk(String address) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .timeout(Duration.ofSeconds(20))
                .build();
        try {
            return HttpClient.newHttpClient()
                            .send(request, BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false; // It does not listen yet.
        }
    }

    private static boolean canMount() throws IOException, InterruptedException {
        try {
            return new ProcessBuilder("unshare", "--mount", "--propagation", "private", "true")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // There is no such program.
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
