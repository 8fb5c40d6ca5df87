package io.undermoon.dev.access;

import io.undermoon.client.BrokerToken;
import io.undermoon.dev.controlplane.BrokerAccess;
import io.undermoon.dev.controlplane.ProxyAccess;
import io.undermoon.dev.os.FileErrors;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsException;
import io.undermoon.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a context is logged in to: with what its settings name and, where they name nothing, with what the environment
 * has.
 */
public final class Login {
    private final Context context;
    private final Map<String, String> environment;

    public Login(Context context, Map<String, String> environment) {
        this.context = context;
        this.environment = Map.copyOf(environment);
    }

    /**
     * @throws UsageException the addresses or what goes together is wrong
     * @throws LaunchException a file cannot be read
     */
    public BrokerAccess brokers() {
        try {
            return new BrokerAccess(
                    context.addresses().stream().map(HostPort::parse).toList(),
                    context.usesTls() ? tls() : null,
                    token());
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** As {@link #brokers()}, for the proxies. */
    public ProxyAccess proxies() {
        Optional<String> password = secret(Setting.PROXY_PASSWORD_FILE, "UNDERMOON_PASSWORD");
        return new ProxyAccess(
                secret(Setting.CONTROL_SECRET_FILE, "UNDERMOON_CONTROL_SECRET"),
                context.get(Setting.PROXY_USER),
                password,
                context.get(Setting.PROXY_PASSWORD_FILE).isPresent(),
                context.isOn(Setting.PROXY_TLS, false) ? tls() : null);
    }

    /** As {@link #brokers()}, for the Redis nodes. */
    public ProxyAccess nodes() {
        return new ProxyAccess(
                Optional.empty(),
                context.get(Setting.NODE_USER),
                secret(Setting.NODE_PASSWORD_FILE, "UNDERMOON_NODE_PASSWORD"),
                context.get(Setting.NODE_PASSWORD_FILE).isPresent(),
                context.isOn(Setting.NODE_TLS, false) ? tls() : null);
    }

    private BrokerToken token() {
        Optional<String> user = context.get(Setting.USER).or(() -> variable("UNDERMOON_BROKER_USER"));
        Optional<String> tokenFile = context.get(Setting.TOKEN_FILE);
        if (context.get(Setting.PASSWORD_FILE).isPresent() && user.isEmpty()) {
            throw new UsageException("password_file needs a user");
        }
        if (tokenFile.isPresent() && context.get(Setting.USER).isPresent()) {
            throw new UsageException("token_file and user exclude each other");
        }
        if (tokenFile.isPresent()) {
            return BrokerToken.of(tokenFile.map(file -> read(Path.of(file))), Optional.empty());
        }
        if (user.isPresent()) {
            String password = secret(Setting.PASSWORD_FILE, "UNDERMOON_BROKER_PASSWORD")
                    .orElseThrow(() -> new UsageException("user '" + user.get()
                            + "' has no password: give password_file, or set UNDERMOON_BROKER_PASSWORD or"
                            + " UNDERMOON_BROKER_PASSWORD_FILE"));
            return BrokerToken.ofUser(user.get(), password);
        }
        Optional<String> token = secret(null, "UNDERMOON_BROKER_TOKEN");
        return BrokerToken.of(token, Optional.empty());
    }

    private TlsContext tls() {
        if (context.get(Setting.CERT_FILE).isPresent()
                != context.get(Setting.KEY_FILE).isPresent()) {
            throw new UsageException("cert_file and key_file go together");
        }
        try {
            return new TlsContext(
                    new TlsFiles(path(Setting.CERT_FILE), path(Setting.KEY_FILE), path(Setting.CA_FILE)),
                    context.isOn(Setting.VERIFY_HOSTNAME, true));
        } catch (TlsException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    private @Nullable Path path(Setting setting) {
        return context.get(setting).map(Path::of).orElse(null);
    }

    /** Of the file that the context names, else of the variable, else of the file that the variable's sibling names. */
    private Optional<String> secret(@Nullable Setting file, String variable) {
        Optional<String> named = file == null ? Optional.empty() : context.get(file);
        if (named.isPresent()) {
            return named.map(name -> read(Path.of(name)));
        }
        Optional<String> value = variable(variable);
        Optional<String> valueFile = variable(variable + "_FILE");
        if (value.isPresent() && valueFile.isPresent()) {
            throw new UsageException(variable + " and " + variable + "_FILE are both set; expected one of the two");
        }
        return value.isPresent() ? value : valueFile.map(name -> read(Path.of(name)));
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    private static String read(Path file) {
        try {
            String secret = Files.readString(file).strip();
            if (secret.isEmpty()) {
                throw new LaunchException("file " + file + " is empty; expected a secret");
            }
            return secret;
        } catch (IOException e) {
            throw new LaunchException("file " + file + " cannot be read: " + FileErrors.reason(e), e);
        }
    }
}
