package io.undermoon.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An image in a tar of the form that {@code docker save} writes and {@code docker load} reads: a manifest, a
 * configuration, and a tar for each layer.
 */
final class ImageArchive {
    private static final String REMOVED = ".wh.";
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final JsonNode manifest;
    private final JsonNode configuration;

    private ImageArchive(Path file, JsonNode manifest, JsonNode configuration) {
        this.file = file;
        this.manifest = manifest;
        this.configuration = configuration;
    }

    /** @throws ImageException if the file is no such tar */
    static ImageArchive open(Path file) {
        JsonNode manifest = JSON.createArrayNode();
        Map<String, JsonNode> documents = new HashMap<>();
        try (TarArchiveInputStream tar = tar(Files.newInputStream(file))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (entry.getName().equals("manifest.json")) {
                    manifest = JSON.readTree(tar.readAllBytes());
                } else if (entry.getName().endsWith(".json") || isBlob(entry)) {
                    documents.put(entry.getName(), JSON.readTree(tar.readAllBytes()));
                }
            }
        } catch (IOException e) {
            throw new ImageException("cannot read the image " + file + ": " + e.getMessage(), e);
        }
        JsonNode configuration = documents.get(manifest.path(0).path("Config").asText());
        if (configuration == null) {
            throw new ImageException(file + " is not an image as `docker save` writes it: it has no manifest.json that"
                    + " names a configuration");
        }
        return new ImageArchive(file, manifest.path(0), configuration);
    }

    /** A document among blobs without file extension; layers are larger by far than any configuration. */
    private static boolean isBlob(TarArchiveEntry entry) {
        return entry.getName().startsWith("blobs/") && entry.isFile() && entry.getSize() < 100_000;
    }

    /** The image's configuration, as the OCI image specification has it. */
    JsonNode configuration() {
        return configuration;
    }

    String architecture() {
        return configuration.path("architecture").asText();
    }

    List<String> names() {
        return texts(manifest.path("RepoTags"));
    }

    Optional<String> environment(String variable) {
        return texts(configuration.path("config").path("Env")).stream()
                .filter(line -> line.startsWith(variable + "="))
                .map(line -> line.substring(variable.length() + 1))
                .findFirst();
    }

    static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /**
     * Writes the files of all layers below a directory, each layer over the ones before, with permissions and times but
     * without owners.
     */
    void unpack(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String layer : texts(manifest.path("Layers"))) {
            unpackLayer(layer, directory.toRealPath());
        }
    }

    private void unpackLayer(String layer, Path directory) throws IOException {
        try (TarArchiveInputStream outer = tar(Files.newInputStream(file))) {
            for (TarArchiveEntry found = outer.getNextEntry(); found != null; found = outer.getNextEntry()) {
                if (found.getName().equals(layer)) {
                    unpack(tar(decompressed(outer)), directory);
                    return;
                }
            }
        }
        throw new ImageException(file + " has no layer " + layer + ", which its manifest names");
    }

    private static void unpack(TarArchiveInputStream layer, Path directory) throws IOException {
        for (TarArchiveEntry entry = layer.getNextEntry(); entry != null; entry = layer.getNextEntry()) {
            Path path = directory.resolve(entry.getName()).normalize();
            Path parent = path.equals(directory) ? directory : path.getParent();
            if (!path.startsWith(directory) || parent == null) {
                throw new ImageException("an entry of a layer leads out of the image: " + entry.getName());
            }
            Files.createDirectories(parent);
            if (!parent.toRealPath().startsWith(directory)) {
                throw new ImageException("an entry of a layer is below a link out of the image: " + entry.getName());
            }
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(REMOVED)) {
                Directories.delete(parent.resolve(name.substring(REMOVED.length())));
            } else {
                write(layer, entry, path, directory);
            }
        }
    }

    private static void write(TarArchiveInputStream layer, TarArchiveEntry entry, Path path, Path directory)
            throws IOException {
        if (entry.isDirectory()) {
            if (!Files.isDirectory(path)) {
                Files.deleteIfExists(path);
                Files.createDirectory(path);
            }
            return;
        }
        if (!entry.isFile() && !entry.isLink() && !entry.isSymbolicLink()) {
            return; // devices, which images do not need
        }
        Directories.delete(path);
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Files.createLink(path, directory.resolve(entry.getLinkName()));
        } else {
            Files.copy(layer, path, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(path, permissions(entry.getMode()));
            Files.setLastModifiedTime(
                    path, FileTime.from(entry.getLastModifiedDate().toInstant()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] lowestBitLast = PosixFilePermission.values();
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : lowestBitLast) {
            if ((mode >> (lowestBitLast.length - 1 - permission.ordinal()) & 1) == 1) {
                permissions.add(permission);
            }
        }
        return permissions;
    }

    /** The content of an entry of a layer; null if there is none of this name. */
    byte @Nullable [] content(String name) throws IOException {
        byte[] content = null;
        for (String layer : texts(manifest.path("Layers"))) {
            try (TarArchiveInputStream outer = tar(Files.newInputStream(file))) {
                for (TarArchiveEntry found = outer.getNextEntry(); found != null; found = outer.getNextEntry()) {
                    if (found.getName().equals(layer)) {
                        content = newer(content, tar(decompressed(outer)), name);
                        break;
                    }
                }
            }
        }
        return content;
    }

    private static byte @Nullable [] newer(byte @Nullable [] older, TarArchiveInputStream layer, String name)
            throws IOException {
        for (TarArchiveEntry entry = layer.getNextEntry(); entry != null; entry = layer.getNextEntry()) {
            if (entry.getName().equals(name)) {
                return layer.readAllBytes();
            }
        }
        return older;
    }

    private static TarArchiveInputStream tar(InputStream in) {
        return new TarArchiveInputStream(new BufferedInputStream(in, 1 << 16));
    }

    private static InputStream decompressed(InputStream layer) throws IOException {
        BufferedInputStream in = new BufferedInputStream(layer);
        in.mark(2);
        boolean gzip = (in.read() << Byte.SIZE | in.read()) == GZIP_MAGIC;
        in.reset();
        return gzip ? new GZIPInputStream(in) : in;
    }
}
