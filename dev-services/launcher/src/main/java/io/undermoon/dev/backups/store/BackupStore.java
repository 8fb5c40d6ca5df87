package io.undermoon.dev.backups.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Files with names such as {@code shop/20261129T145200Z/manifest.json}. A file is there as a whole or not at all.
 * Thread-safe.
 */
public interface BackupStore extends AutoCloseable {
    /** Begins a file on this machine; it is in the store after {@link NewFile#commit}. */
    NewFile create(String name) throws IOException;

    /** The bytes of a file; a {@link java.nio.file.NoSuchFileException} says that there is none. */
    InputStream open(String name) throws IOException;

    /** A file of this machine with the same bytes, for who reads them more than once. */
    LocalCopy local(String name) throws IOException;

    /** The names that begin so, in order; in a directory also those of what is being written. */
    List<String> list(String prefix) throws IOException;

    /** Does nothing if there is no such file. */
    void delete(String name) throws IOException;

    /** As a person knows it; without secrets. */
    @Override
    String toString();

    @Override
    void close();

    /**
     * A file of this machine.
     *
     * @param deleted whether it goes when it is closed
     */
    record LocalCopy(Path path, boolean deleted) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (deleted) {
                java.nio.file.Files.deleteIfExists(path);
            }
        }
    }
}
