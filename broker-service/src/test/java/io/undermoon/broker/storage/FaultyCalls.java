package io.undermoon.broker.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A file system that fails once at a step, or from a step on does nothing any more, as when the process has died. */
final class FaultyCalls extends FileSystemCalls {
    enum Step {
        WRITE,
        SYNC_FILE,
        RENAME,
        SYNC_DIRECTORY
    }

    private @Nullable Step faulty;
    private boolean crashes;
    private boolean dead;

    void failOnceAt(Step step) {
        faulty = step;
        crashes = false;
    }

    void crashAt(Step step) {
        faulty = step;
        crashes = true;
    }

    @Override
    void write(Path file, byte[] bytes) throws IOException {
        if (faulty == Step.WRITE) {
            Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        }
        check(Step.WRITE);
        super.write(file, bytes);
    }

    @Override
    void syncFile(Path file) throws IOException {
        check(Step.SYNC_FILE);
        super.syncFile(file);
    }

    @Override
    void rename(Path from, Path to) throws IOException {
        check(Step.RENAME);
        super.rename(from, to);
    }

    @Override
    void syncDirectory(Path directory) throws IOException {
        check(Step.SYNC_DIRECTORY);
        super.syncDirectory(directory);
    }

    @Override
    void deleteIfExists(Path file) throws IOException {
        if (dead) {
            throw new IOException("dead");
        }
        super.deleteIfExists(file);
    }

    private void check(Step step) throws IOException {
        if (dead) {
            throw new IOException("dead");
        }
        if (step == faulty) {
            faulty = null;
            dead = crashes;
            throw new IOException("no space left at " + step);
        }
    }
}
