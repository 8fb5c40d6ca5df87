package io.undermoon.broker.storage.file;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * A file that is replaced atomically: after a crash at any point it has the old or the new content. New content is
 * written to a temporary file, synced, and renamed over the file; then the directory is synced. A file that somebody
 * else has changed is left as it is. Not thread-safe.
 */
final class DurableFile {
    private static final Logger LOG = Logger.getLogger(DurableFile.class);

    private final Path file;
    private final Path directory;
    private final FileSystemCalls calls;
    /** What the file was when it was last read or written here; empty while there was none. */
    private Optional<FileSystemCalls.Identity> identity = Optional.empty();

    private long writes;

    /** @param file absolute, without symbolic links */
    DurableFile(Path file, FileSystemCalls calls) {
        this.file = file;
        this.directory = Optional.ofNullable(file.getParent()).orElse(file);
        this.calls = calls;
    }

    /** The content; empty if there is no file. */
    Optional<byte[]> read() throws IOException {
        identity = calls.identity(file);
        return identity.isPresent() ? Optional.of(calls.read(file)) : Optional.empty();
    }

    /** Removes the temporary files of interrupted writes. */
    void removeTemporaryFiles() throws IOException {
        for (Path leftOver : calls.list(directory, temporaryPrefix())) {
            LOG.infof("Temporary file of an interrupted write removed: file=%s", leftOver);
            calls.deleteIfExists(leftOver);
        }
    }

    boolean exists() throws IOException {
        return calls.identity(file).isPresent();
    }

    /** Whether the file is what was last read or written here, or is not there. */
    boolean isOwn() throws IOException {
        Optional<FileSystemCalls.Identity> present = calls.identity(file);
        return present.isEmpty() || present.equals(identity);
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
            FileSystemCalls.Identity written =
                    calls.identity(temporary).orElseThrow(() -> new FileNotFoundException(temporary + " has gone"));
            if (!isOwn()) {
                throw new IOException("somebody else has changed it");
            }
            calls.rename(temporary, file);
            identity = Optional.of(written);
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

    private String temporaryPrefix() {
        return file.getFileName() + ".tmp-";
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
