package io.undermoon.images;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is particular about the image of one program.
 *
 * @param name of the image, after that of its group
 * @param directory of the Maven module in the repository
 * @param build what that module makes
 * @param volumes directories that have to be writable where the root file system is not
 * @param ports that the program listens on by default
 * @param environment settings that other places than an image do not have
 * @param jvmOptions what the JVM is told unless the environment variable {@code JDK_JAVA_OPTIONS} is replaced
 * @param training how the program is run for its startup cache: without the rest of a system. Null for none
 */
record ProgramImage(
        String name,
        Path directory,
        Build build,
        String title,
        String description,
        List<Integer> ports,
        List<Path> volumes,
        Map<String, String> environment,
        List<String> jvmOptions,
        @Nullable Training training) {
    /**
     * A short life of the program, which loads the classes that it needs for what is most usual.
     *
     * @param settings options of the JVM: formats in which the first number is the port that HTTP is to have, the
     *     others are ports that are free
     * @param arguments of the program
     * @param paths that are asked for, and have to answer; then it is told to end. With none it ends by itself
     */
    record Training(List<String> settings, List<String> arguments, List<String> paths) {
        Training {
            settings = List.copyOf(settings);
            arguments = List.copyOf(arguments);
            paths = List.copyOf(paths);
        }

        static Training ofService(List<String> settings, List<String> paths) {
            return new Training(settings, List.of(), paths);
        }

        static Training ofCommand(String... arguments) {
            return new Training(List.of(), List.of(arguments), List.of());
        }

        boolean endsByItself() {
            return paths.isEmpty();
        }
    }

    /**
     * For services that work for the proxies, not for clients. Half of the memory limit is for the heap: the rest is
     * for code, threads and buffers.
     */
    private static final List<String> CONTROL_PLANE =
            List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:MaxRAMPercentage=50");

    /**
     * A small young generation and a trimmed native heap save 60 MB; commands allocate nothing on the heap. Where there
     * is no spare core, commands go before the compilation of code that meets new cases.
     */
    private static final List<String> PROXY = List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Xmx192m",
            "-Xms24m",
            "-Xmn8m",
            "-XX:MetaspaceSize=64m",
            "-XX:MaxDirectMemorySize=384m",
            "-XX:TrimNativeHeapInterval=5000",
            "-XX:ThreadPriorityPolicy=1",
            "-XX:CompilerThreadPriority=10");

    /** Backups and imports go on for long, and hold values as a whole. */
    private static final List<String> COMMAND_LINE =
            List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-XX:MaxRAMPercentage=70");

    private static final Path DATA = ImageWriter.ROOT.resolve("data");

    static final List<ProgramImage> ALL = List.of(
            new ProgramImage(
                    "broker-service",
                    Path.of("broker-service"),
                    new Build.Quarkus(),
                    "Undermoon broker",
                    "Owns the metadata of Redis clusters made of plain Redis servers",
                    List.of(7799),
                    // Vert.x unpacks the files of Swagger UI into the first; the second is for storage_type=file.
                    List.of(Path.of("/tmp"), DATA),
                    Map.of("UNDERMOON_META_FILENAME", DATA.resolve("metadata").toString()),
                    CONTROL_PLANE,
                    Training.ofService(
                            List.of("-Dundermoon.address=127.0.0.1:%1$d", "-Dundermoon.storage_type=memory"),
                            List.of(
                                    "/q/health/ready",
                                    "/q/metrics",
                                    "/api/v3/version",
                                    "/api/v3/epoch",
                                    "/api/v3/metadata",
                                    "/api/v3/clusters/names",
                                    "/api/v3/proxies/addresses"))),
            new ProgramImage(
                    "coordinator-service",
                    Path.of("coordinator-service"),
                    new Build.Quarkus(),
                    "Undermoon coordinator",
                    "Watches the proxies of Redis clusters, brings them metadata and fails over",
                    List.of(6699, 6698),
                    List.of(),
                    Map.of(),
                    CONTROL_PLANE,
                    Training.ofService(
                            List.of(
                                    "-Dquarkus.http.port=%1$d",
                                    "-Dundermoon.address=127.0.0.1:%2$d", "-Dundermoon.broker_address=127.0.0.1:1"),
                            List.of("/q/health/live", "/q/metrics"))),
            new ProgramImage(
                    "proxy-service",
                    Path.of("proxy-service"),
                    new Build.Quarkus(),
                    "Undermoon proxy",
                    "Serves clients of Redis clusters in front of two plain Redis servers",
                    List.of(5299, 15299, 5298),
                    List.of(),
                    Map.of(),
                    PROXY,
                    Training.ofService(
                            List.of(
                                    "-Dquarkus.http.port=%1$d",
                                    "-Dundermoon.address=127.0.0.1:%2$d", "-Dundermoon.replica_port=%3$d"),
                            List.of("/q/health/live", "/q/metrics"))),
            new ProgramImage(
                    "operator",
                    Path.of("k8s", "operator"),
                    new Build.Quarkus(),
                    "Undermoon operator",
                    "Runs Redis clusters in Kubernetes, each as an UndermoonCluster says",
                    List.of(7780),
                    List.of(),
                    Map.of(),
                    CONTROL_PLANE,
                    // It does not start without an API server.
                    null),
            new ProgramImage(
                    "cli",
                    Path.of("dev-services", "launcher"),
                    new Build.Jar("undermoon-launcher", "io.undermoon.dev.cli.Undermoon", COMMAND_LINE),
                    "Undermoon command line",
                    "Operates Redis clusters, and backs up and restores their data",
                    List.of(),
                    // Copies of data that are on their way to or from S3.
                    List.of(Path.of("/tmp")),
                    Map.of(),
                    List.of(),
                    Training.ofCommand("training")));

    ProgramImage {
        ports = List.copyOf(ports);
        volumes = List.copyOf(volumes);
        environment = Map.copyOf(environment);
        jvmOptions = List.copyOf(jvmOptions);
    }

    Path target(Path checkout) {
        return checkout.resolve(directory).resolve("target");
    }
}
