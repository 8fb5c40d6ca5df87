package io.undermoon.coordinator.admin;

import io.undermoon.config.InvalidSettingException;
import io.undermoon.config.Loopback;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.resp.RespValue.Simple;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/** The password of the admin port, if it has one, and {@code AUTH} with it. Errors are in the words of Redis. */
public final class AdminPassword {
    static final Simple OK = new Simple("OK");
    static final Failure NOT_LOGGED_IN = new Failure("NOAUTH Authentication required.");

    private static final String USER = "default";
    private static final String NONE = "none";

    private final Optional<String> password;

    private AdminPassword(Optional<String> password) {
        this.password = password;
    }

    /**
     * By the settings.
     *
     * @param auth {@code none} if everybody may use the port
     * @param listenHost where the port listens
     * @throws InvalidSettingException others than this machine reach the port, and nothing says who may use it
     */
    public static AdminPassword of(Optional<String> password, Optional<String> auth, String listenHost) {
        auth.filter(word -> !word.equals(NONE)).ifPresent(word -> {
            throw new InvalidSettingException("auth", word, "expected none, or admin_password and nothing here");
        });
        if (password.isEmpty() && auth.isEmpty() && !Loopback.isLoopback(listenHost)) {
            throw new InvalidSettingException(
                    "address",
                    listenHost,
                    "other machines reach this address, and nothing says who may use it; set admin_password, or"
                            + " auth=none if everybody may");
        }
        return new AdminPassword(password);
    }

    boolean isRequired() {
        return password.isPresent();
    }

    /**
     * Answers {@code AUTH [user] password}.
     *
     * @return {@link #OK} if the session is logged in by it
     */
    RespValue logIn(List<String> words) {
        if (words.size() < 2 || words.size() > 3) {
            return new Failure("ERR wrong number of arguments for 'auth' command");
        }
        if (password.isEmpty()) {
            return new Failure("ERR AUTH <password> called without any password configured for the default user."
                    + " Are you sure your configuration is correct?");
        }
        boolean isUser = words.size() == 2 || words.get(1).equals(USER);
        boolean isPassword = MessageDigest.isEqual(
                password.get().getBytes(StandardCharsets.UTF_8),
                words.get(words.size() - 1).getBytes(StandardCharsets.UTF_8));
        return isUser && isPassword ? OK : new Failure("WRONGPASS invalid username-password pair or user is disabled.");
    }
}
