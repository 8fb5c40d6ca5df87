package io.undermoon.broker.storage.file;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The one name of a file that may be reached by several, through symbolic links. */
final class RealPath {
    private static final int MAX_LINKS = 40;

    private RealPath() {}

    /**
     * Follows all symbolic links; the file itself need not exist, and neither do the directories to it, which are
     * created so that they survive a crash.
     */
    static Path of(Path path, FileSystemCalls calls) throws IOException {
        Path file = path.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(file); links++) {
            if (links == MAX_LINKS) {
                throw new FileSystemLoopException(path.toString());
            }
            file = file.resolveSibling(Files.readSymbolicLink(file));
        }
        Path directory = file.getParent();
        if (directory == null) {
            return file;
        }
        create(directory, calls);
        return directory.toRealPath().resolve(file.getFileName());
    }

    private static void create(Path directory, FileSystemCalls calls) throws IOException {
        Path parent = directory.getParent();
        if (Files.isDirectory(directory) || parent == null) {
            return;
        }
        create(parent, calls);
        calls.createDirectory(directory);
        calls.syncDirectory(parent);
    }
}
