package io.undermoon.proxy.control.acl;

import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.acl.RuleException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The file that stores the users of a proxy. Thread-safe; every call reads or writes the whole file, which is small.
 */
public final class UsersFile {
    private static final Logger LOG = Logger.getLogger(UsersFile.class);

    private final Path path;
    private final AccessControl access;
    private final Runnable onChange;
    private @Nullable String seen;

    /**
     * @param onChange runs after {@link #poll} has loaded other users
     */
    public UsersFile(Path path, AccessControl access, Runnable onChange) {
        this.path = path;
        this.access = access;
        this.onChange = onChange;
    }

    /**
     * Replaces the users of the proxy with those of the file.
     *
     * @return what is wrong with the file, in which case the users are unchanged; null on success
     */
    public synchronized @Nullable String load() {
        try {
            return take(read());
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    /** Loads the file if its content has changed since the last call. The same error is logged once. */
    public synchronized void poll() {
        String text = null;
        String problem;
        try {
            text = read();
            if (text.equals(seen)) {
                return;
            }
            problem = take(text);
        } catch (IOException e) {
            problem = unreadable(e);
            if (problem.equals(seen)) {
                return;
            }
            text = problem;
        }
        seen = text;
        if (problem == null) {
            LOG.infof(
                    "Users loaded: users_file=%s users=%d", path, access.users().size());
            onChange.run();
        } else {
            LOG.warnf("Users not loaded, they stay as they are: users_file=%s reason=%s", path, problem);
        }
    }

    /** Replaces the file with the current users, atomically. */
    synchronized void save() throws IOException {
        String text = access.text();
        Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
        Path written = Files.createTempFile(target.getParent(), target.getFileName() + ".tmp-", "");
        try {
            try (FileChannel file = FileChannel.open(written, StandardOpenOption.WRITE)) {
                file.write(StandardCharsets.ISO_8859_1.encode(text));
                file.force(true);
            }
            keepPermissions(target, written);
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            seen = text;
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static void keepPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (view != null && Files.exists(from)) {
            view.setPermissions(Files.getPosixFilePermissions(from));
        }
    }

    private String read() throws IOException {
        return Files.readString(path, StandardCharsets.ISO_8859_1);
    }

    private @Nullable String take(String text) {
        try {
            access.replace(text, path.toString());
            seen = text;
            return null;
        } catch (RuleException e) {
            return e.getMessage();
        }
    }

    private String unreadable(IOException e) {
        return "Error loading ACLs, opening file '" + path + "': " + e;
    }
}
