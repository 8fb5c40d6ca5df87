package io.undermoon.dev.cli.options;

import io.undermoon.dev.access.Context;
import io.undermoon.dev.access.Contexts;
import io.undermoon.dev.access.ContextsFile;
import io.undermoon.dev.access.Login;
import io.undermoon.dev.access.Setting;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.BrokerAccess;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.UsageException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The system that a command is for: that of {@code --broker}, of {@code --context}, of {@code UNDERMOON_BROKER}, of
 * {@code UNDERMOON_CONTEXT}, of the current context, or the stack of this machine, whichever is there first. Whoever
 * names a data directory means the stack in it.
 */
public final class BrokerTarget {
    @Mixin
    private Workspace workspace = new Workspace();

    @Option(
            names = "--broker",
            paramLabel = "URL",
            split = ",",
            description = "The broker, or several of one system: host:port, http://host:port or https://host:port"
                    + " (default: that of the context, else of the local stack).")
    private List<String> brokers = List.of();

    @Option(names = "--context", paramLabel = "NAME", description = "A system of the contexts file.")
    private @Nullable String contextName;

    @Option(names = "--token-file", paramLabel = "FILE", description = "A file with a token for the broker.")
    private @Nullable Path tokenFile;

    @Option(names = "--user", paramLabel = "NAME", description = "An account of the broker, with its password.")
    private @Nullable String user;

    @Option(names = "--password-file", paramLabel = "FILE", description = "A file with the password of --user.")
    private @Nullable Path passwordFile;

    @Option(names = "--ca-file", paramLabel = "FILE", description = "Whose certificates are trusted (PEM).")
    private @Nullable Path caFile;

    @Option(names = "--cert-file", paramLabel = "FILE", description = "The own certificate (PEM), with --key-file.")
    private @Nullable Path certFile;

    @Option(names = "--key-file", paramLabel = "FILE", description = "The private key of the certificate (PEM).")
    private @Nullable Path keyFile;

    private @Nullable Login login;

    /** Where its brokers are, and how to log in there. */
    public BrokerAccess access() {
        return login().brokers();
    }

    public Broker broker() {
        return new Broker(access());
    }

    /** How its proxies, coordinators and nodes are talked to. */
    public Login login() {
        Login known = login;
        if (known == null) {
            known = new Login(context(), System.getenv());
            login = known;
        }
        return known;
    }

    /** The system as its addresses and settings, secrets in no form. */
    public Context context() {
        Map<String, String> environment = System.getenv();
        Map<Setting, String> given = options();
        try {
            if (!brokers.isEmpty()) {
                if (contextName != null) {
                    throw new UsageException("--broker and --context exclude each other");
                }
                return new Context(brokers, given);
            }
            if (contextName != null) {
                return with(contexts().get(contextName), given);
            }
            if (workspace.isNamed()) {
                return new Context(List.of(localBroker()), with(localSettings(), given));
            }
            Optional<Context> named = variable(environment, "UNDERMOON_BROKER")
                    .map(list -> new Context(List.of(list.split(",", -1)), given))
                    .or(() -> variable(environment, "UNDERMOON_CONTEXT")
                            .map(name -> with(contexts().get(name), given)));
            if (named.isPresent()) {
                return named.get();
            }
            Contexts contexts = contexts();
            String current = contexts.current();
            return current == null
                    ? new Context(List.of(localBroker()), with(localSettings(), given))
                    : with(contexts.get(current), given);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether it is the stack in the data directory, whose processes are on this machine. */
    public boolean isLocal() {
        if (!brokers.isEmpty() || contextName != null) {
            return false;
        }
        Map<String, String> environment = System.getenv();
        return workspace.isNamed()
                || variable(environment, "UNDERMOON_BROKER").isEmpty()
                        && variable(environment, "UNDERMOON_CONTEXT").isEmpty()
                        && contexts().current() == null;
    }

    public Workspace workspace() {
        return workspace;
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    private static Contexts contexts() {
        return ContextsFile.ofUser(System.getenv()).load();
    }

    private static Context with(Context context, Map<Setting, String> given) {
        return new Context(context.brokers(), with(context.settings(), given));
    }

    private static Map<Setting, String> with(Map<Setting, String> settings, Map<Setting, String> given) {
        Map<Setting, String> all = new LinkedHashMap<>(settings);
        if (given.containsKey(Setting.TOKEN_FILE)) {
            all.remove(Setting.USER);
            all.remove(Setting.PASSWORD_FILE);
        } else if (given.containsKey(Setting.USER)) {
            all.remove(Setting.TOKEN_FILE);
            all.remove(Setting.PASSWORD_FILE);
        }
        all.putAll(given);
        return all;
    }

    private Map<Setting, String> options() {
        Map<Setting, String> given = new LinkedHashMap<>();
        put(given, Setting.TOKEN_FILE, tokenFile);
        put(given, Setting.USER, user);
        put(given, Setting.PASSWORD_FILE, passwordFile);
        put(given, Setting.CA_FILE, caFile);
        put(given, Setting.CERT_FILE, certFile);
        put(given, Setting.KEY_FILE, keyFile);
        return given;
    }

    private static void put(Map<Setting, String> settings, Setting setting, @Nullable Object value) {
        if (value != null) {
            settings.put(setting, value.toString());
        }
    }

    private StackState stack() {
        return workspace
                .data()
                .load()
                .orElseThrow(() -> new LaunchException("there is no stack in "
                        + workspace.data().root() + "; say --broker HOST:PORT or --context NAME"));
    }

    private String localBroker() {
        return StackPlan.brokerAddress(stack().shape());
    }

    private Map<Setting, String> localSettings() {
        var shape = stack().shape();
        return Map.of(
                Setting.COORDINATORS,
                IntStream.range(0, shape.coordinators())
                        .mapToObj(index -> "127.0.0.1:" + shape.ports().coordinatorResp(index))
                        .collect(Collectors.joining(",")));
    }

    /**
     * The address of the first broker as {@code host:port}.
     *
     * @throws LaunchException if none is given and there is no stack
     */
    public String address() {
        return access().brokers().get(0).toString();
    }

    /** The command line of another command for the same system. */
    public String command(String text) {
        StringBuilder line = new StringBuilder(text);
        if (!brokers.isEmpty()) {
            line.append(" --broker ").append(String.join(",", brokers));
        }
        if (contextName != null) {
            line.append(" --context ").append(contextName);
        }
        return workspace.command(line.toString());
    }
}
