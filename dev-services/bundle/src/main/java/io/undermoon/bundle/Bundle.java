package io.undermoon.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The services and the launcher that come with this jar, laid out as in a checkout in which all has been built. */
public final class Bundle {
    static final String ARCHIVE = "undermoon.zip";
    static final String DIGEST = "undermoon.zip.sha256";
    static final String LAUNCHER = "dev-services/launcher/target/undermoon-launcher.jar";

    private final Path root;

    private Bundle(Path root) {
        this.root = root;
    }

    /**
     * Unpacks what this jar has, unless that has been done: into a directory that has the digest of the content as its
     * name. Any number of programs may do so at once.
     *
     * @param parent where that directory is
     */
    public static Bundle unpackBelow(Path parent) throws IOException {
        Path absolute = parent.toAbsolutePath().normalize();
        Path directory = absolute.resolve(digest());
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(absolute);
            Path partial = Files.createTempDirectory(absolute, "unpacking-");
            try (InputStream archive = resource(ARCHIVE)) {
                Archive.unpack(archive, partial);
            }
            publish(partial, directory);
        }
        return new Bundle(directory);
    }

    /** Where everything is. */
    public Path root() {
        return root;
    }

    /** The jar of the program {@code undermoon}. */
    public Path launcher() {
        return root.resolve(LAUNCHER);
    }

    private static void publish(Path partial, Path directory) throws IOException {
        try {
            Files.move(partial, directory);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another program was faster, with the same content.
            delete(partial);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static String digest() throws IOException {
        try (InputStream digest = resource(DIGEST)) {
            return new String(digest.readAllBytes(), UTF_8);
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream resource = Bundle.class.getResourceAsStream("/" + name);
        if (resource == null) {
            throw new FileNotFoundException(name + " is not in the jar of " + Bundle.class.getName()
                    + "; it is packed in Maven's phase `prepare-package`");
        }
        return resource;
    }
}
