package io.undermoon.broker.storage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * A file that is replaced atomically: after a crash at any point it has the old or the new content. New content is
 * written to a temporary file, synced, and renamed over the file; then the directory is synced. Not thread-safe.
 */
final class DurableFile {
    private static final Logger LOG = Logger.getLogger(DurableFile.class);

    private final Path file;
    private final Path directory;
    private final FileSystemCalls calls;
    private long writes;

    DurableFile(Path file, FileSystemCalls calls) {
        this.file = file.toAbsolutePath();
        this.directory = Optional.ofNullable(this.file.getParent()).orElse(this.file);
        this.calls = calls;
    }

    /** The content; empty if there is no file. */
    Optional<byte[]> read() throws IOException {
        return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    /** Removes the temporary files of interrupted writes. */
    void removeTemporaryFiles() throws IOException {
        try (DirectoryStream<Path> leftOvers = Files.newDirectoryStream(directory, this::isTemporary)) {
            for (Path leftOver : leftOvers) {
                LOG.infof("Temporary file of an interrupted write removed: file=%s", leftOver);
                Files.deleteIfExists(leftOver);
            }
        }
    }

    /**
     * Replaces the content and returns when it is durable.
     *
     * @param previous the content to restore when the rename succeeded but the directory sync failed; empty if there
     *     was no file
     * @throws IOException if the write failed; the file then has its previous content
     */
    void replace(byte[] content, Optional<byte[]> previous) throws IOException {
        rename(content);
        try {
            calls.syncDirectory(directory);
        } catch (IOException e) {
            goBack(previous, e);
            throw e;
        }
    }

    private void rename(byte[] content) throws IOException {
        Path temporary = directory.resolve(temporaryPrefix() + Long.toHexString(System.nanoTime()) + "-" + writes++);
        try {
            calls.write(temporary, content);
            calls.syncFile(temporary);
            calls.rename(temporary, file);
        } catch (IOException e) {
            try {
                calls.deleteIfExists(temporary);
            } catch (IOException notDeleted) {
                e.addSuppressed(notDeleted);
            }
            throw e;
        }
    }

    private void goBack(Optional<byte[]> previous, IOException cause) {
        try {
            if (previous.isPresent()) {
                rename(previous.get());
            } else {
                calls.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.errorf(e, "File has content that was not confirmed: file=%s", file);
            cause.addSuppressed(e);
        }
    }

    private boolean isTemporary(Path path) {
        return String.valueOf(path.getFileName()).startsWith(temporaryPrefix());
    }

    private String temporaryPrefix() {
        return file.getFileName() + ".tmp-";
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
