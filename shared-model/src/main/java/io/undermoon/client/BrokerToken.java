package io.undermoon.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The token that a service shows to brokers: given as a setting, or kept in a file that is read at each call, so that
 * it can be replaced while the service runs. It is in no message. Thread-safe.
 */
public final class BrokerToken {
    /** No token, for brokers that ask for none. */
    public static final BrokerToken NONE = new BrokerToken(null, null, null);

    /** Absent for a bearer token. */
    private final @Nullable String user;

    private final @Nullable String value;
    private final @Nullable Path file;

    private BrokerToken(@Nullable String user, @Nullable String value, @Nullable Path file) {
        this.user = user;
        this.value = value;
        this.file = file;
    }

    /**
     * By the settings {@code broker_token} and {@code broker_token_file}.
     *
     * @throws IllegalArgumentException both are set, or the file cannot be read
     */
    public static BrokerToken of(Optional<String> value, Optional<String> file) {
        if (value.isPresent() && file.isPresent()) {
            throw new IllegalArgumentException(
                    "undermoon.broker_token and undermoon.broker_token_file are both set; expected one of the two");
        }
        BrokerToken token =
                new BrokerToken(null, value.orElse(null), file.map(Path::of).orElse(null));
        try {
            token.read();
        } catch (IOException e) {
            throw new IllegalArgumentException("undermoon." + e.getMessage(), e);
        }
        return token;
    }

    /**
     * The password of an account, which is shown with the name of the account in basic authentication.
     *
     * @param user without a colon
     */
    public static BrokerToken ofUser(String user, String password) {
        if (user.isEmpty() || user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("user '" + user + "' is empty or has a colon");
        }
        return new BrokerToken(user, password, null);
    }

    /**
     * The value of the header {@code Authorization}; empty if there is no token.
     *
     * @throws IOException the file cannot be read
     */
    Optional<String> authorization() throws IOException {
        String name = user;
        return Optional.ofNullable(read())
                .map(secret -> name == null
                        ? "Bearer " + secret
                        : "Basic "
                                + Base64.getEncoder()
                                        .encodeToString((name + ":" + secret).getBytes(StandardCharsets.UTF_8)));
    }

    private @Nullable String read() throws IOException {
        if (file == null) {
            return value;
        }
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException("broker_token_file '" + file + "' cannot be read: " + e, e);
        }
    }
}
