package io.undermoon.broker.storage.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file system of which the n-th call fails, once or, as when the process has died, with all that follow. It keeps
 * book of what is not synced yet; {@link #losePower} takes that away.
 */
class FaultyCalls extends FileSystemCalls {
    private final Map<Path, byte[]> unsyncedFiles = new HashMap<>();
    private final List<Renamed> unsyncedNames = new ArrayList<>();
    private final List<Path> unsyncedDirectories = new ArrayList<>();
    private int callsToFault = Integer.MAX_VALUE;
    private boolean crashes;
    private boolean dead;
    private boolean reached;

    private record Renamed(Path to, byte @Nullable [] before) {}

    /** The n-th call from now on, counted from 0, fails, half done where that is possible; those after it work. */
    void failAtCall(int number) {
        callsToFault = number;
        crashes = false;
        reached = false;
    }

    /** As {@link #failAtCall}, and nothing works any more from then on. */
    void crashAtCall(int number) {
        failAtCall(number);
        crashes = true;
    }

    /** Whether there were so many calls. */
    boolean wasReached() {
        return reached;
    }

    /** What was not synced is gone: names lead to what they did before, files are empty. */
    void losePower() throws IOException {
        for (int i = unsyncedNames.size() - 1; i >= 0; i--) {
            Renamed renamed = unsyncedNames.get(i);
            if (renamed.before() == null) {
                Files.deleteIfExists(renamed.to());
            } else {
                Files.write(renamed.to(), renamed.before());
            }
        }
        for (Path file : unsyncedFiles.keySet()) {
            if (Files.exists(file)) {
                Files.write(file, new byte[0]);
            }
        }
        for (int i = unsyncedDirectories.size() - 1; i >= 0; i--) {
            deleteAll(unsyncedDirectories.get(i));
        }
    }

    @Override
    Optional<Identity> identity(Path file) throws IOException {
        check();
        return super.identity(file);
    }

    @Override
    byte[] read(Path file) throws IOException {
        check();
        return super.read(file);
    }

    @Override
    List<Path> list(Path directory, String prefix) throws IOException {
        check();
        return super.list(directory, prefix);
    }

    @Override
    void createDirectory(Path directory) throws IOException {
        check();
        super.createDirectory(directory);
        unsyncedDirectories.add(directory);
    }

    @Override
    FileChannel openForLock(Path file) throws IOException {
        check();
        return super.openForLock(file);
    }

    @Override
    boolean lock(FileChannel channel) throws IOException {
        check();
        return super.lock(channel);
    }

    @Override
    void write(Path file, byte[] bytes) throws IOException {
        if (callsToFault == 0 && !dead) {
            super.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        }
        check();
        super.write(file, bytes);
        unsyncedFiles.put(file, bytes);
    }

    @Override
    void syncFile(Path file) throws IOException {
        check();
        super.syncFile(file);
        unsyncedFiles.remove(file);
    }

    @Override
    void rename(Path from, Path to) throws IOException {
        check();
        byte[] before = Files.exists(to) ? Files.readAllBytes(to) : null;
        super.rename(from, to);
        unsyncedNames.add(new Renamed(to, before));
        byte[] unsynced = unsyncedFiles.remove(from);
        if (unsynced != null) {
            unsyncedFiles.put(to, unsynced);
        }
    }

    @Override
    void syncDirectory(Path directory) throws IOException {
        check();
        super.syncDirectory(directory);
        unsyncedNames.removeIf(renamed -> directory.equals(renamed.to().getParent()));
        unsyncedDirectories.removeIf(created -> directory.equals(created.getParent()));
    }

    @Override
    void deleteIfExists(Path file) throws IOException {
        check();
        super.deleteIfExists(file);
    }

    private void check() throws IOException {
        if (dead) {
            throw new IOException("dead");
        }
        if (callsToFault-- == 0) {
            reached = true;
            dead = crashes;
            throw new IOException("No space left on device");
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        for (Path file : new FileSystemCalls().list(directory, "")) {
            if (Files.isDirectory(file)) {
                deleteAll(file);
            } else {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
