package io.undermoon.images;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;

/**
 * A JDK of this machine from which a base image is made without any registry: the modules that the programs need, and
 * the C library of this machine. Such an image is for trying out: it has no certificates of authorities but those of
 * the JDK, no time zones but those of the JDK, and the C library is not updated by anybody.
 */
final class LocalRuntime {
    private static final AbsoluteUnixPath HOME = AbsoluteUnixPath.get("/opt/java");
    private static final String MODULES =
            "java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,"
                    + "java.net.http,java.security.jgss,java.sql,java.transaction.xa,java.xml,jdk.httpserver,jdk.jfr,"
                    + "jdk.management,jdk.net,jdk.unsupported,jdk.zipfs";
    private static final Pattern LIBRARY = Pattern.compile("(/[^ ]+) \\(0x");
    /** Read by the C library when a host name is looked up, and not linked. */
    private static final String HOSTS_FIRST = "hosts: files dns\n";

    private final Path jdk;

    LocalRuntime(Path jdk) {
        this.jdk = jdk;
        if (!Files.isExecutable(jdk.resolve("bin/jlink"))) {
            throw new ImageException(jdk + " is no JDK: it has no bin/jlink");
        }
    }

    void writeImage(String architecture, Path tar) throws IOException, InterruptedException {
        String own = Platforms.ownArchitecture();
        if (!architecture.equals(own)) {
            throw new ImageException("a base image from a JDK of this machine is for " + own + ", and not for "
                    + architecture + ": add -Dimages.architectures=" + own);
        }
        Path directory = Files.createTempDirectory(tar.toAbsolutePath().getParent(), "jdk-");
        try {
            Path runtime = directory.resolve("runtime");
            link(runtime);
            write(architecture, runtime, directory, tar);
        } finally {
            Directories.delete(directory);
        }
    }

    private void link(Path runtime) throws IOException, InterruptedException {
        Processes.output(List.of(
                jdk.resolve("bin/jlink").toString(),
                "--add-modules",
                MODULES,
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                runtime.toString()));
    }

    private static void write(String architecture, Path runtime, Path directory, Path tar)
            throws IOException, InterruptedException {
        FileEntriesLayer.Builder library = FileEntriesLayer.builder().setName("C library");
        for (String path : libraries(runtime)) {
            library.addEntry(
                    Path.of(path).toRealPath(), AbsoluteUnixPath.get(path), FilePermissions.fromOctalString("755"));
        }
        Path order = Files.writeString(directory.resolve("nsswitch.conf"), HOSTS_FIRST);
        library.addEntry(order, AbsoluteUnixPath.get("/etc/nsswitch.conf"));
        try {
            Jib.fromScratch()
                    .setPlatforms(Set.of(new Platform(architecture, "linux")))
                    .addFileEntriesLayer(library.build())
                    .addFileEntriesLayer(FileEntriesLayer.builder()
                            .setName("Java")
                            .addEntryRecursive(
                                    runtime,
                                    HOME,
                                    (source, path) ->
                                            FilePermissions.fromOctalString(Files.isExecutable(source) ? "755" : "644"))
                            .build())
                    .addEnvironmentVariable("JAVA_HOME", HOME.toString())
                    .containerize(Containerizer.to(TarImage.at(tar).named("base"))
                            .setBaseImageLayersCache(directory.resolve("base-cache"))
                            .setApplicationLayersCache(directory.resolve("cache")));
        } catch (RegistryException
                | ExecutionException
                | InvalidImageReferenceException
                | CacheDirectoryCreationException e) {
            throw new ImageException("cannot write the base image " + tar + ": " + e.getMessage(), e);
        }
    }

    /** The shared libraries of this machine that the runtime is linked with, the loader among them. */
    private static Set<String> libraries(Path runtime) throws IOException, InterruptedException {
        Set<String> paths = new TreeSet<>();
        for (String user :
                List.of("bin/java", "lib/server/libjvm.so", "lib/libnio.so", "lib/libnet.so", "lib/libzip.so")) {
            Path file = runtime.resolve(user);
            if (Files.exists(file)) {
                LIBRARY.matcher(Processes.output(List.of("ldd", file.toString())))
                        .results()
                        .map(match -> match.group(1))
                        .filter(path -> !path.startsWith(runtime.toString()))
                        .forEach(paths::add);
            }
        }
        return paths;
    }
}
