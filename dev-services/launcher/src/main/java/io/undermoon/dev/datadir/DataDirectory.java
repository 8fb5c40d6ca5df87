package io.undermoon.dev.datadir;

import io.undermoon.dev.os.EmptyDirectory;
import io.undermoon.dev.os.FileErrors;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The directory in which a stack keeps everything: {@code state.json}, {@code lock}, {@code logs/<service>.log},
 * {@code bin/}, and one directory per service. The file {@code attach}, where there is one, says which process runs the
 * stack for programs that attach to it, and on which port.
 */
public final class DataDirectory {
    private final Path root;

    public DataDirectory(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    public Path root() {
        return root;
    }

    public Path programs() {
        return root.resolve("bin");
    }

    public Path log(String service) {
        return root.resolve("logs").resolve(service + ".log");
    }

    /** What the state file says; empty if there is none. */
    public Optional<StackState> load() {
        try {
            return Optional.of(Json.mapper().readValue(Files.readString(stateFile()), StackState.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new LaunchException("cannot read " + stateFile() + ": " + FileErrors.reason(e), e);
        }
    }

    /** Replaces the state file at once: a reader sees the old or the new content. To be called under the lock. */
    public void save(StackState state) {
        Path partial = stateFile().resolveSibling("state.json.part");
        try {
            Files.writeString(
                    partial, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(state) + "\n");
            Files.move(partial, stateFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new LaunchException("cannot write " + stateFile() + ": " + FileErrors.reason(e), e);
        }
    }

    /** Says to programs where they can attach. To be called under the lock. */
    public void saveAttachment(long pid, int port) {
        Path partial = attachment().resolveSibling("attach.part");
        try {
            Files.writeString(partial, "pid=" + pid + "\nport=" + port + "\n");
            Files.move(partial, attachment(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new LaunchException("cannot write " + attachment() + ": " + FileErrors.reason(e), e);
        }
    }

    /** Removes what a stack of which nothing runs any more has written. To be called under the lock, which stays. */
    public void clear() {
        List<Path> written = new ArrayList<>(List.of(attachment()));
        load().ifPresent(state -> state.processes().keySet().forEach(service -> written.add(root.resolve(service))));
        written.add(stateFile());
        written.stream().filter(Files::exists).forEach(EmptyDirectory::remove);
        EmptyDirectory.make(root.resolve("logs"));
    }

    private Path attachment() {
        return root.resolve("attach");
    }

    /**
     * Makes the directory ready and takes its lock, which the operating system gives back when this process ends.
     *
     * @return empty if another process has it
     */
    public Optional<DirectoryLock> lock() {
        try {
            Files.createDirectories(root.resolve("logs"));
            return DirectoryLock.tryLock(root.resolve("lock"));
        } catch (IOException e) {
            throw new LaunchException("cannot use the data directory " + root + ": " + FileErrors.reason(e), e);
        }
    }

    private Path stateFile() {
        return root.resolve("state.json");
    }
}
