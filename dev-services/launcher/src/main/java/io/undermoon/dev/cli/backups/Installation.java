package io.undermoon.dev.cli.backups;

import io.undermoon.config.Loopback;
import io.undermoon.dev.access.Context;
import io.undermoon.dev.access.Login;
import io.undermoon.dev.access.Setting;
import io.undermoon.dev.backups.Layout;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.ProxyAccess;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The system whose clusters are backed up or restored, and the logins for its nodes and proxies. */
final class Installation {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Mixin
    private BrokerTarget system = new BrokerTarget();

    @Option(
            names = "--node-user",
            paramLabel = "NAME",
            description = "A user of the Redis nodes, with --node-password-file (default: that of the context).")
    private @Nullable String nodeUser;

    @Option(
            names = "--node-password-file",
            paramLabel = "FILE",
            description = "A file with the password of the Redis nodes (default: that of the context, or"
                    + " UNDERMOON_NODE_PASSWORD for nodes of this machine).")
    private @Nullable Path nodePassword;

    @Option(names = "--node-tls", description = "The Redis nodes are called by TLS.")
    private boolean nodeTls;

    @Option(
            names = "--proxy-user",
            paramLabel = "NAME",
            description = "A user of the proxies, with --proxy-password-file (default: that of the context).")
    private @Nullable String proxyUser;

    @Option(
            names = "--proxy-password-file",
            paramLabel = "FILE",
            description = "A file with the password of the proxies (default: that of the context, or"
                    + " UNDERMOON_PASSWORD for proxies of this machine).")
    private @Nullable Path proxyPassword;

    @Option(names = "--proxy-tls", description = "The proxies are called by TLS.")
    private boolean proxyTls;

    /** Tells the layout of a cluster, as the broker knows it. */
    Layout.Source layoutOf(String cluster) {
        BrokerApi broker = new BrokerApi(login().brokers());
        ClusterName name = name(cluster);
        return () -> layout(broker, name);
    }

    private static ClusterName name(String cluster) {
        try {
            return new ClusterName(cluster);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Layout layout(BrokerApi broker, ClusterName name) throws IOException {
        Cluster cluster = broker.cluster(name).orElseThrow(() -> new LaunchException("there is no cluster " + name));
        boolean moving = broker.isMigrating(name);
        Map<HostPort, SlotRanges> masters = new LinkedHashMap<>();
        for (Node node : cluster.nodes()) {
            SlotRanges slots = SlotRanges.NONE;
            for (TaggedSlots tagged : node.slots()) {
                moving |= !tagged.isStable();
                slots = tagged.isImporting() ? slots : slots.union(tagged.rangeList());
            }
            if (node.isMaster() && !slots.isEmpty()) {
                masters.put(HostPort.parse(node.address().value()), slots);
            }
        }
        List<HostPort> proxies = cluster.nodes().stream()
                .filter(Node::isMaster)
                .map(node -> HostPort.parse(node.proxyAddress().value()))
                .distinct()
                .toList();
        return new Layout(
                name.toString(),
                cluster.epoch().value(),
                moving,
                cluster.config().compressionStrategy().wireName(),
                masters,
                proxies);
    }

    /** How these nodes are logged in to. */
    Access nodes(Collection<HostPort> nodes) {
        return access(login().nodes(), nodes, "--node-password-file");
    }

    /** How these proxies are logged in to. */
    Access proxies(Collection<HostPort> proxies) {
        return access(login().proxies(), proxies, "--proxy-password-file");
    }

    private static Access access(ProxyAccess login, Collection<HostPort> servers, String option) {
        boolean elsewhere = servers.stream().anyMatch(server -> !Loopback.isLoopback(server.host()));
        if (login.password().isPresent() && !login.trustsAll() && elsewhere) {
            throw new UsageException("the password of the environment is sent to servers of this machine only; name"
                    + " a file with it by " + option);
        }
        return new Access(
                login.user().orElse(null),
                login.password().orElse(null),
                login.tls() == null ? null : new VerifyingSocketFactory(login.tls()),
                TIMEOUT);
    }

    private Login login() {
        Context context = system.context();
        Map<Setting, String> settings = new EnumMap<>(Setting.class);
        settings.putAll(context.settings());
        put(settings, Setting.NODE_USER, nodeUser);
        put(settings, Setting.NODE_PASSWORD_FILE, nodePassword);
        put(settings, Setting.NODE_TLS, nodeTls ? "true" : null);
        put(settings, Setting.PROXY_USER, proxyUser);
        put(settings, Setting.PROXY_PASSWORD_FILE, proxyPassword);
        put(settings, Setting.PROXY_TLS, proxyTls ? "true" : null);
        try {
            return new Login(new Context(context.brokers(), settings), System.getenv());
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void put(Map<Setting, String> settings, Setting setting, @Nullable Object value) {
        if (value != null) {
            settings.put(setting, value.toString());
        }
    }
}
