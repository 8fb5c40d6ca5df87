package io.undermoon.broker.storage.file;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.fault.UndermoonException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * A storage in one file, in the format of the original's metadata dump, for a single broker; a lock file keeps other
 * brokers out. A file that cannot be read as metadata is refused and not changed, and so is one that somebody else
 * has changed while the broker ran.
 */
public final class FileStorage implements MetadataStorage {
    private static final Logger LOG = Logger.getLogger(FileStorage.class);

    private final FileLock lock;
    private final DurableFile file;
    private Optional<byte[]> content;
    private Metadata state;
    private long revision;

    private FileStorage(FileLock lock, DurableFile file, Optional<byte[]> content, Metadata state) {
        this.lock = lock;
        this.file = file;
        this.content = content;
        this.state = state;
    }

    /**
     * Takes the lock and reads the file.
     *
     * @param initial the value while there is no file
     * @throws StorageException if the file is damaged, cannot be read, or is in use by another broker
     */
    public static FileStorage open(Path path, Metadata initial) {
        return open(path, initial, new FileSystemCalls());
    }

    static FileStorage open(Path path, Metadata initial, FileSystemCalls calls) {
        Path real = real(path, calls);
        FileLock lock = FileLock.acquire(real, calls);
        try {
            DurableFile file = new DurableFile(real, calls);
            Optional<byte[]> content = file.read();
            Metadata state = content.map(bytes -> parse(file, bytes)).orElse(initial);
            file.removeTemporaryFiles();
            return new FileStorage(lock, file, content, state);
        } catch (IOException e) {
            lock.close();
            throw new StorageException("the metadata file " + real + " cannot be read: " + e, e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Path real(Path path, FileSystemCalls calls) {
        try {
            return RealPath.of(path, calls);
        } catch (IOException e) {
            throw new StorageException(
                    "the directory of the metadata file " + path + " cannot be used or created: " + e, e);
        }
    }

    private static Metadata parse(DurableFile file, byte[] bytes) {
        try {
            return MetadataJson.read(bytes);
        } catch (UndermoonException e) {
            throw new StorageException(
                    "the metadata file " + file + " (" + bytes.length + " bytes) is not usable: " + e.getMessage()
                            + ". It was left untouched: restore it from a copy, or move it away to start empty",
                    e);
        }
    }

    /** Also checks that the file is still this broker's alone, and writes it again if it is gone. */
    @Override
    public synchronized Versioned load() {
        requireOwn();
        restoreMissing();
        return new Versioned(state, Long.toString(revision));
    }

    @Override
    public synchronized WriteResult compareAndSet(String expectedVersion, Metadata next) {
        if (!expectedVersion.equals(Long.toString(revision))) {
            return new WriteResult.Conflict();
        }
        requireOwn();
        byte[] bytes = MetadataJson.write(next);
        try {
            file.replace(bytes, content);
        } catch (IOException e) {
            throw new StorageException("the metadata file " + file + " cannot be written: " + e, e);
        }
        content = Optional.of(bytes);
        state = next;
        revision++;
        return new WriteResult.Stored(Long.toString(revision));
    }

    private void restoreMissing() {
        try {
            if (content.isPresent() && !file.exists()) {
                file.replace(content.get(), Optional.empty());
                LOG.warnf("Metadata file was gone and is written again: file=%s", file);
            }
        } catch (IOException e) {
            throw new StorageException("the metadata file " + file + " is gone and cannot be written again: " + e, e);
        }
    }

    private void requireOwn() {
        lock.require();
        try {
            if (!file.isOwn()) {
                throw new StorageException("somebody else has changed the metadata file " + file
                        + ", which this broker does not write any more. Is there another broker on it? If not,"
                        + " restart this one to use the file as it is now");
            }
        } catch (IOException e) {
            throw new StorageException("the metadata file " + file + " cannot be looked at: " + e, e);
        }
    }

    /** No other broker can write the file, so the listener is never called. */
    @Override
    public void watch(Runnable listener) {}

    @Override
    public void close() {
        lock.close();
    }

    @Override
    public String toString() {
        return "file " + file;
    }
}
