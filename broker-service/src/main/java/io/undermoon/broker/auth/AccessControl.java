package io.undermoon.broker.auth;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Decides who a caller is. Without accounts everybody may do everything. Thread-safe. */
public final class AccessControl {
    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";

    private final @Nullable AccountsFile file;

    /** @param file the accounts; absent if nobody has to prove anything */
    public AccessControl(@Nullable AccountsFile file) {
        this.file = file;
    }

    /** Takes changed accounts. Called every {@code undermoon.accounts_reload_interval}. */
    public void refresh() {
        if (file != null) {
            file.refresh();
        }
    }

    /** Whether nobody has to prove anything. */
    public boolean isOpen() {
        return file == null;
    }

    /**
     * The account of a caller; empty if it proves none.
     *
     * @param authorization the header {@code Authorization}, absent if there is none
     * @param certificate the subject of the client certificate of the connection, absent if there is none
     */
    public Optional<Account> identify(@Nullable String authorization, @Nullable X500Principal certificate) {
        if (file == null) {
            return Optional.empty();
        }
        if (authorization != null) {
            return identify(file.accounts(), authorization);
        }
        return certificate == null ? Optional.empty() : file.accounts().byCertificate(certificate);
    }

    private static Optional<Account> identify(Accounts accounts, String authorization) {
        String scheme = authorization.toLowerCase(Locale.ROOT);
        if (scheme.startsWith(BEARER)) {
            return accounts.bySecret(authorization.substring(BEARER.length()).strip());
        }
        if (!scheme.startsWith(BASIC)) {
            return Optional.empty();
        }
        String pair = decoded(authorization.substring(BASIC.length()).strip());
        int colon = pair.indexOf(':');
        return colon < 0
                ? Optional.empty()
                : accounts.byNameAndSecret(pair.substring(0, colon), pair.substring(colon + 1));
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
