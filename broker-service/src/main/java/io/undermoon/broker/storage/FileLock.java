package io.undermoon.broker.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** An operating-system lock that keeps a second broker from using the same metadata file. It ends with the process. */
final class FileLock implements AutoCloseable {
    private final FileChannel channel;

    private FileLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws StorageException if another broker holds it */
    static FileLock acquire(Path metadataFile) {
        Path lockFile = metadataFile.resolveSibling(metadataFile.getFileName() + ".lock");
        try {
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new StorageException("the metadata file " + metadataFile
                        + " is in use by another broker, which holds " + lockFile
                        + "; stop it, or set undermoon.meta_filename to another file");
            }
            return new FileLock(channel);
        } catch (IOException e) {
            throw new StorageException(
                    "the lock file " + lockFile + " cannot be created: " + e + "; is its directory writable?", e);
        }
    }

    private static java.nio.channels.@Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this process itself.
            return null;
        }
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
