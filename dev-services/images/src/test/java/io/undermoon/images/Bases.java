package io.undermoon.images;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Base images of tests, which are made here as no registry is needed for a test. */
final class Bases {
    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    private Bases() {}

    /** An image with one file, which says that its Java is in {@code /opt/java}. */
    static Path small(Path directory, String architecture) throws Exception {
        Path file = Files.writeString(directory.resolve("os-release"), "ID=base\n");
        Path tar = directory.resolve("base-" + architecture + ".tar");
        Jib.fromScratch()
                .setPlatforms(Set.of(new Platform(architecture, "linux")))
                .addFileEntriesLayer(FileEntriesLayer.builder()
                        .addEntry(file, AbsoluteUnixPath.get("/etc/os-release"))
                        .build())
                .addEnvironmentVariable("JAVA_HOME", "/opt/java")
                .containerize(Containerizer.to(TarImage.at(tar).named("base"))
                        .setBaseImageLayersCache(directory.resolve("base-cache"))
                        .setApplicationLayersCache(directory.resolve("cache")));
        return tar;
    }

    /** A JDK that has startup caches: the one that runs the tests, or one that is installed beside it. */
    static Optional<Path> jdk25() throws IOException {
        Path present = Path.of(System.getProperty("java.home")).toRealPath();
        try (Stream<Path> others = Files.list(present.getParent())) {
            return Stream.concat(Stream.of(present), others.sorted())
                    .filter(jdk -> version(jdk) >= 25 && Files.exists(jdk.resolve("bin/jlink")))
                    .findFirst();
        }
    }

    private static int version(Path jdk) {
        Path release = jdk.resolve("release");
        if (!Files.isReadable(release)) {
            return 0;
        }
        try {
            Matcher version = VERSION.matcher(Files.readString(release));
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
