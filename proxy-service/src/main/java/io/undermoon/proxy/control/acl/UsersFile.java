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

/** The file that the users of a proxy come from, and are saved to. Thread-safe; every call reads or writes the whole, small file. */
public final class UsersFile {
    private static final Logger LOG = Logger.getLogger(UsersFile.class);

    private final Path path;
    private final AccessControl access;
    private final Runnable onChange;
    private @Nullable String seen;

    /**
     * @param onChange runs after {@link #poll} has found other users
     */
    public UsersFile(Path path, AccessControl access, Runnable onChange) {
        this.path = path;
        this.access = access;
        this.onChange = onChange;
    }

    /**
     * Takes the users of the file for the users of the proxy.
     *
     * @return what is wrong with the file, all users being as they were; null when it was read
     */
    public synchronized @Nullable String load() {
        try {
            return take(read());
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    /** Loads the file if it has another content than it had when it was last looked at. A broken one is told of once. */
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
                    "users_file=%s has changed; users: %d", path, access.users().size());
            onChange.run();
        } else {
            LOG.warnf("users_file=%s is not taken, the users stay as they are: %s", path, problem);
        }
    }

    /** Writes the users to the file: all of them or, when that fails, none. */
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
