package io.undermoon.dev.os;

import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The program that the launcher runs as a Redis server: that of Redis, Valkey or KeyDB on PATH or, on machines that
 * have none, the redis-server that comes with the launcher.
 */
public final class RedisServerProgram {
    private static final String VERSION = "7.0.15";
    private static final List<String> NAMES = List.of("redis-server", "valkey-server", "keydb-server");

    private RedisServerProgram() {}

    /** The first one on PATH, else the one that comes with the launcher, unpacked into the directory. */
    public static Path find(Path directory) {
        return find(Programs::onPath, directory);
    }

    static Path find(Function<String, Optional<Path>> onPath, Path directory) {
        return NAMES.stream().map(onPath).flatMap(Optional::stream).findFirst().orElseGet(() -> unpackInto(directory));
    }

    /**
     * Unpacks the binary for this machine into the directory, unless it is there already.
     *
     * @return the executable file
     * @throws LaunchException if there is none for this kind of machine
     */
    public static Path unpackInto(Path directory) {
        String name = resourceName(System.getProperty("os.name"), System.getProperty("os.arch"));
        Path program = directory.resolve(name);
        if (Files.isExecutable(program)) {
            return program;
        }
        try (InputStream binary = RedisServerProgram.class.getResourceAsStream("/" + name)) {
            if (binary == null) {
                throw notFor(name);
            }
            Files.createDirectories(directory);
            Path partial = Files.createTempFile(directory, name, ".part");
            Files.copy(binary, partial, StandardCopyOption.REPLACE_EXISTING);
            if (!partial.toFile().setExecutable(true)) {
                throw new LaunchException("cannot make " + partial + " executable");
            }
            return Files.move(partial, program, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LaunchException("cannot unpack redis-server into " + directory + ": " + e.getMessage(), e);
        }
    }

    static String resourceName(String osName, String osArchitecture) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.startsWith("mac") ? "darwin" : os.startsWith("linux") ? "linux" : os.replace(' ', '-');
        String architecture = switch (osArchitecture) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            default -> osArchitecture;
        };
        return "redis-server-" + VERSION + "-" + system + "-" + architecture;
    }

    private static LaunchException notFor(String name) {
        return new LaunchException(
                "there is no redis-server on PATH and none comes with the launcher for this machine (" + name
                        + "); install Redis, Valkey or KeyDB");
    }
}
