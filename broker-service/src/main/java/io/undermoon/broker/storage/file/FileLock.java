package io.undermoon.broker.storage.file;

import io.undermoon.broker.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An operating-system lock that keeps a second broker from using the same metadata file. It ends with the process. The
 * lock is on an inode and not on a name: a lock file that is deleted or replaced keeps nobody out, so {@link #require}
 * looks before each write whether the name still leads to the locked file. Not thread-safe.
 */
final class FileLock implements AutoCloseable {
    private final Path metadataFile;
    private final Path lockFile;
    private final FileSystemCalls calls;
    private FileChannel channel;
    private Object lockedKey;

    private record Held(FileChannel channel, Object key) {}

    private FileLock(Path metadataFile, Path lockFile, FileSystemCalls calls, Held held) {
        this.metadataFile = metadataFile;
        this.lockFile = lockFile;
        this.calls = calls;
        this.channel = held.channel();
        this.lockedKey = held.key();
    }

    /**
     * @param metadataFile without symbolic links, so that all names of the file have the same lock
     * @throws StorageException if another broker holds it
     */
    static FileLock acquire(Path metadataFile, FileSystemCalls calls) {
        Path lockFile = metadataFile.resolveSibling(metadataFile.getFileName() + ".lock");
        try {
            Optional<Held> held = lock(lockFile, calls);
            if (held.isEmpty()) {
                throw new StorageException("the metadata file " + metadataFile
                        + " is in use by another broker, which holds " + lockFile
                        + "; stop it, or set undermoon.meta_filename to another file");
            }
            return new FileLock(metadataFile, lockFile, calls, held.get());
        } catch (IOException e) {
            throw new StorageException(
                    "the lock file " + lockFile + " cannot be created: " + e + "; is its directory writable?", e);
        }
    }

    /**
     * Checks that the lock still keeps others out. A lock file that was deleted or replaced is locked anew.
     *
     * @throws StorageException if another broker has locked it, or it cannot be looked at
     */
    void require() {
        try {
            if (!isHeld()) {
                Held anew = lock(lockFile, calls)
                        .orElseThrow(() -> new StorageException("the lock file " + lockFile
                                + " was removed or replaced, and another broker has locked it since and uses the"
                                + " metadata file "
                                + metadataFile + ". This broker does not write it any more: stop one of the two"));
                close();
                channel = anew.channel();
                lockedKey = anew.key();
            }
        } catch (IOException e) {
            throw new StorageException("the lock file " + lockFile + " was removed and cannot be created: " + e, e);
        }
    }

    private boolean isHeld() throws IOException {
        return key(lockFile, calls).equals(Optional.of(lockedKey));
    }

    private static Optional<Held> lock(Path lockFile, FileSystemCalls calls) throws IOException {
        while (true) {
            FileChannel channel = calls.openForLock(lockFile);
            try {
                Optional<Object> opened = key(lockFile, calls);
                if (!calls.lock(channel)) {
                    channel.close();
                    return Optional.empty();
                }
                if (opened.isPresent() && opened.equals(key(lockFile, calls))) {
                    return Optional.of(new Held(channel, opened.get()));
                }
                // The file was removed or replaced meanwhile.
                channel.close();
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }
    }

    private static Optional<Object> key(Path file, FileSystemCalls calls) throws IOException {
        return calls.identity(file).map(FileSystemCalls.Identity::key);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StorageException("the lock of the metadata file cannot be released", e);
        }
    }
}
