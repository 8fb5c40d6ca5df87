package io.undermoon.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The program that the build of this module runs: packs what has been built in a checkout. */
public final class Packing {
    private static final List<String> PATHS = List.of(
            "broker-service/target/quarkus-app",
            "coordinator-service/target/quarkus-app",
            "proxy-service/target/quarkus-app",
            Bundle.LAUNCHER,
            "dev-services/launcher/target/lib");

    private Packing() {}

    /** @param args the checkout, and the directory for the archive and its digest */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[1]);
        Path archive = directory.resolve(Bundle.ARCHIVE);
        Files.createDirectories(directory);
        try (OutputStream out = Files.newOutputStream(archive)) {
            Archive.pack(Path.of(args[0]), PATHS, out);
        }
        Files.writeString(directory.resolve(Bundle.DIGEST), Archive.sha256(archive), UTF_8);
    }
}
