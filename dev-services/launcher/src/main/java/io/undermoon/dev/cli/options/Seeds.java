package io.undermoon.dev.cli.options;

import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The proxies or nodes that a command connects to as a client, and the password for them. */
public final class Seeds {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @Option(
            names = "--seed",
            split = ",",
            paramLabel = "HOST:PORT",
            description = "Connect to this node, or the first of several that answers; no broker is asked then.")
    private List<String> seeds = List.of();

    @Option(
            names = "--password",
            paramLabel = "TEXT",
            description = "For AUTH (default: the environment variable UNDERMOON_PASSWORD).")
    private @Nullable String password = System.getenv("UNDERMOON_PASSWORD");

    /**
     * How to connect.
     *
     * @param others asked for where no seed is given
     * @throws UsageException one is not {@code host:port}
     */
    public ClientSettings settingsOr(Supplier<List<HostPort>> others) {
        return new ClientSettings(
                seeds.isEmpty() ? others.get() : addresses(),
                password == null || password.isEmpty() ? null : password,
                TIMEOUT,
                true);
    }

    private List<HostPort> addresses() {
        try {
            return seeds.stream().map(HostPort::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }
}
