package io.undermoon.dev.cli.options;

import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.os.RedisServerProgram;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command works: the checkout, and the data directory that all commands may choose. */
public final class Workspace {
    /** Set by the script; the root of the repository. */
    private static final String CHECKOUT_PROPERTY = "undermoon.checkout";

    /** Set by the script; how the user called it. */
    private static final String PROGRAM_PROPERTY = "undermoon.program";

    private static final List<String> SERVICES = List.of("broker-service", "coordinator-service", "proxy-service");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Where the stack keeps its state, its data and its logs (default: .undermoon in the checkout).")
    private @Nullable Path data;

    /** The command line of another command on the same stack, as the user can type it. */
    public String command(String command) {
        String program = System.getProperty(PROGRAM_PROPERTY, "undermoon");
        String directory = data == null ? "" : " --data " + (data.toString().contains(" ") ? "'" + data + "'" : data);
        return program + " " + command + directory;
    }

    /** Whether the user has named a data directory. */
    public boolean isNamed() {
        return data != null;
    }

    public DataDirectory data() {
        return new DataDirectory(data == null ? checkout().resolve(".undermoon") : data);
    }

    /**
     * The installation with which services can be started.
     *
     * @throws LaunchException if a service has not been built or there is no redis-server
     */
    public Installation forStarting() {
        return forStarting(null);
    }

    /**
     * As {@link #forStarting()}.
     *
     * @param redisServer the program to run as Redis nodes; null for the one that is found
     * @throws LaunchException if that is none
     */
    public Installation forStarting(@Nullable Path redisServer) {
        requireServices();
        if (redisServer != null && !Files.isExecutable(redisServer)) {
            throw new LaunchException(redisServer + " is not a program that can be run as a Redis node");
        }
        Installation installation = installation(redisServer == null ? redisServer() : redisServer.toAbsolutePath());
        SERVICES.forEach(service -> requireBuilt(installation, service));
        return installation;
    }

    /**
     * The installation for a benchmark, which needs the proxy alone; its files are apart from those of a stack.
     *
     * @throws LaunchException if the proxy has not been built or there is no redis-server
     */
    public Installation forBench() {
        requireServices();
        Installation installation =
                new Installation(checkout(), data().root().resolve("bench"), Programs.java(), redisServer());
        requireBuilt(installation, "proxy-service");
        return installation;
    }

    /**
     * The installation for a benchmark of migrations; its files are apart from those of a stack, and may be removed.
     *
     * @param services whether they are needed
     * @throws LaunchException if a service that is needed has not been built or there is no redis-server
     */
    public Installation forMigrationBench(boolean services) {
        if (services) {
            requireServices();
        }
        Installation installation =
                new Installation(checkout(), data().root().resolve("bench-migration"), Programs.java(), redisServer());
        if (services) {
            SERVICES.forEach(service -> requireBuilt(installation, service));
        }
        return installation;
    }

    /**
     * The installation for a benchmark of services; its files are apart from those of a stack, and may be removed.
     *
     * @param directory below the data directory
     * @throws LaunchException if a service has not been built or there is no redis-server
     */
    public Installation forServiceBench(String directory) {
        requireServices();
        Installation installation =
                new Installation(checkout(), data().root().resolve(directory), Programs.java(), redisServer());
        SERVICES.forEach(service -> requireBuilt(installation, service));
        return installation;
    }

    /** The installation for commands that start nothing: its programs may be missing. */
    public Installation forReading() {
        return installation(Path.of("redis-server"));
    }

    private Path redisServer() {
        return RedisServerProgram.find(data().programs());
    }

    /**
     * Returns where there are services to start, built or not: in a checkout, and in what our other programs unpack. An
     * image of the command line has none.
     *
     * @throws LaunchException otherwise
     */
    public void requireServices() {
        Path checkout = checkout();
        if (Stream.concat(Stream.of("pom.xml"), SERVICES.stream())
                .noneMatch(name -> Files.exists(checkout.resolve(name)))) {
            throw new LaunchException("there are no services of Undermoon in " + checkout + " to start; call"
                    + " dev-services/undermoon of a checkout, or name a system that runs by --broker HOST:PORT in a"
                    + " command that operates one");
        }
    }

    private static void requireBuilt(Installation installation, String service) {
        Path jar = installation.serviceJar(service);
        if (!Files.exists(jar)) {
            throw new LaunchException(jar + " does not exist; build it with: mvn -DskipTests package");
        }
    }

    private Installation installation(Path redisServer) {
        return new Installation(checkout(), data().root(), Programs.java(), redisServer);
    }

    private static Path checkout() {
        return Path.of(System.getProperty(CHECKOUT_PROPERTY, "")).toAbsolutePath();
    }
}
