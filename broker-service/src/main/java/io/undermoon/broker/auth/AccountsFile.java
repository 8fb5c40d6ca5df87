package io.undermoon.broker.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a file, replaced when {@link #refresh} finds that the file has changed. A file that cannot be used
 * leaves the accounts as they are. Thread-safe.
 */
public final class AccountsFile {
    private static final Logger LOG = Logger.getLogger(AccountsFile.class);

    private final Path file;
    private volatile Accounts accounts;
    private String text;
    private @Nullable String problem;

    /** @throws IllegalArgumentException naming the file and what is wrong with it */
    public AccountsFile(Path file) {
        this.file = file;
        try {
            this.text = Files.readString(file);
            this.accounts = Accounts.parse(text);
        } catch (IOException e) {
            throw new IllegalArgumentException("file '" + file + "' cannot be read: " + e, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("file '" + file + "', " + e.getMessage(), e);
        }
    }

    public Accounts accounts() {
        return accounts;
    }

    /** Reads the file again. A file that cannot be used is tried again each time, and logged once. */
    public synchronized void refresh() {
        try {
            String now = Files.readString(file);
            if (!now.equals(text)) {
                accounts = Accounts.parse(now);
                text = now;
                LOG.infof("Accounts reloaded: file=%s accounts=%d", file, accounts.size());
            }
            problem = null;
        } catch (IOException | IllegalArgumentException e) {
            if (!String.valueOf(e.getMessage()).equals(problem)) {
                LOG.warnf("Changed accounts cannot be used, the old ones stay: file=%s error=%s", file, e.getMessage());
            }
            problem = e.getMessage();
        }
    }
}
