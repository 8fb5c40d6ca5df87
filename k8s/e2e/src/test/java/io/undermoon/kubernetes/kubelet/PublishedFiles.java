package io.undermoon.kubernetes.kubelet;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of a volume that a kubelet writes. All of them change at once: they are links into a directory that is
 * itself reached by a link, which is replaced.
 */
final class PublishedFiles {
    private static final String DATA = "..data";

    private final Path directory;
    private Map<String, byte[]> published = Map.of();
    private int version;

    PublishedFiles(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    Path directory() {
        return directory;
    }

    /** @param files by their paths below the directory */
    void publish(Map<String, byte[]> files) throws IOException {
        if (same(files)) {
            return;
        }
        Path former = directory.resolve(".." + version);
        version++;
        Path data = Files.createDirectories(directory.resolve(".." + version));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = data.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        Path link = directory.resolve("..new");
        Files.createSymbolicLink(link, data.getFileName());
        Files.move(link, directory.resolve(DATA), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        for (String name : files.keySet()) {
            Path first = Path.of(name).getName(0);
            if (!Files.exists(directory.resolve(first), LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(directory.resolve(first), Path.of(DATA).resolve(first));
            }
        }
        published = new TreeMap<>(files);
        delete(former);
    }

    private boolean same(Map<String, byte[]> files) {
        return version > 0
                && files.keySet().equals(published.keySet())
                && files.entrySet().stream()
                        .allMatch(file -> Arrays.equals(file.getValue(), published.get(file.getKey())));
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
