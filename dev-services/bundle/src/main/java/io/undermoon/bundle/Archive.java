package io.undermoon.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Files in a zip, each content once: services share most of their libraries. The last entry, {@value #COPIES}, has a
 * line for each further file with a content that is there already: its path, a tab, and the path of the first one.
 * Equal files make equal archives.
 */
final class Archive {
    private static final String COPIES = "copies";
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private Archive() {}

    /** @param paths files, and directories with all that is below them, relative to the root */
    static void pack(Path root, List<String> paths, OutputStream archive) throws IOException {
        Map<String, String> packed = new HashMap<>();
        List<String> copies = new ArrayList<>();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            for (Path file : files(root, paths)) {
                String path = root.relativize(file).toString().replace('\\', '/');
                String first = packed.putIfAbsent(sha256(file), path);
                if (first == null) {
                    begin(zip, path);
                    Files.copy(file, zip);
                } else {
                    copies.add(path + "\t" + first + "\n");
                }
            }
            begin(zip, COPIES);
            zip.write(String.join("", copies).getBytes(UTF_8));
        }
    }

    static void unpack(InputStream archive, Path directory) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(archive)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals(COPIES)) {
                    copy(new String(zip.readAllBytes(), UTF_8), directory);
                } else {
                    Files.copy(zip, made(directory, entry.getName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static void copy(String copies, Path directory) throws IOException {
        for (String line : copies.lines().toList()) {
            int tab = line.indexOf('\t');
            Files.copy(
                    made(directory, line.substring(tab + 1)),
                    made(directory, line.substring(0, tab)),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Path made(Path directory, String path) throws IOException {
        Path file = directory.resolve(path).normalize();
        if (!file.startsWith(directory)) {
            throw new IOException("'" + path + "' is not a path within the archive");
        }
        Files.createDirectories(requireNonNull(file.getParent()));
        return file;
    }

    private static List<Path> files(Path root, List<String> paths) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String path : paths) {
            try (Stream<Path> below = Files.walk(root.resolve(path))) {
                below.filter(Files::isRegularFile).sorted().forEach(files::add);
            }
        }
        return files;
    }

    private static void begin(ZipOutputStream zip, String path) throws IOException {
        ZipEntry entry = new ZipEntry(path);
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
    }

    /** In hexadecimal digits. */
    static String sha256(Path file) throws IOException {
        try (DigestInputStream bytes =
                new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            bytes.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(bytes.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a JDK without SHA-256", e);
        }
    }
}
