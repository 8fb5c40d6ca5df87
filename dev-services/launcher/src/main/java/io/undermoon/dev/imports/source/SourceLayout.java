package io.undermoon.dev.imports.source;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.dev.imports.wire.Replies;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.imports.wire.SlotOwners;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Array;
import io.undermoon.resp.RespValue.Failure;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The servers of a source: whose streams make up all its changes, and who is asked for a key.
 *
 * @param kind what the source is
 * @param masters whose streams are followed
 * @param readers who is asked for the keys of a slot
 * @param proxyOf for masters behind proxies that have no other master: their proxy
 */
public record SourceLayout(Kind kind, Set<HostPort> masters, SlotOwners readers, Map<HostPort, HostPort> proxyOf) {
    /** Kinds of sources. */
    public enum Kind {
        /** One master, found directly or by sentinels. */
        SINGLE,
        /** A Redis Cluster. */
        CLUSTER,
        /** Proxies with masters behind them. */
        UNDERMOON
    }

    public SourceLayout {
        masters = Set.copyOf(masters);
        proxyOf = Map.copyOf(proxyOf);
    }

    /** @throws IOException if nobody answers, or what answers cannot be a source */
    public static SourceLayout discover(ServerUri uri, Access access) throws IOException {
        IOException failure = new IOException("no server is named");
        for (HostPort server : uri.servers()) {
            try {
                return uri.sentinelMaster() == null
                        ? of(server, access)
                        : of(master(server, Objects.requireNonNull(uri.sentinelMaster()), access), access);
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    /** Sentinels have a login of their own; those with one are not supported. */
    private static HostPort master(HostPort sentinel, String name, Access access) throws IOException {
        Access plain = new Access(null, null, null, access.timeout());
        try (RedisConnection connection = RedisConnection.open(sentinel, plain)) {
            RespValue reply = connection.demand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name);
            List<String> address = Reply.texts(reply);
            if (address.isEmpty()) {
                throw new RefusedException("the sentinel " + sentinel + " knows no master '" + name + "'");
            }
            return new HostPort(address.get(0), Integer.parseInt(address.get(1)));
        }
    }

    private static SourceLayout of(HostPort server, Access access) throws IOException {
        try (RedisConnection connection = RedisConnection.open(server, access)) {
            SlotOwners owners = SlotOwners.ask(connection);
            if (!owners.isCluster()) {
                requireMaster(connection);
                return new SourceLayout(Kind.SINGLE, Set.of(server), owners, Map.of());
            }
            if (owners.all().isEmpty()) {
                throw new IOException(server + " is in cluster mode, but knows of no slots");
            }
            if (owners.unserved() > 0) {
                throw new IOException(
                        owners.unserved() + " slots of the source are served by nobody, as " + server + " says");
            }
            return connection.call("UMCTL", "NODES") instanceof Array
                    ? behindProxies(owners, access)
                    : new SourceLayout(Kind.CLUSTER, owners.all(), owners, Map.of());
        }
    }

    private static void requireMaster(RedisConnection connection) throws IOException {
        Map<String, String> info = Replies.info(connection.demand("INFO", "replication"));
        if (!"master".equals(info.get("role"))) {
            throw new RefusedException(connection.address() + " is a replica of " + info.get("master_host") + ":"
                    + info.get("master_port") + "; import from that one");
        }
    }

    private static SourceLayout behindProxies(SlotOwners owners, Access access) throws IOException {
        Set<HostPort> masters = new LinkedHashSet<>();
        Map<HostPort, HostPort> proxyOf = new HashMap<>();
        for (HostPort proxy : owners.all()) {
            Set<HostPort> own = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
            try (RedisConnection connection = RedisConnection.open(proxy, access)) {
                for (RespValue row : Reply.items(connection.demand("UMCTL", "NODES"))) {
                    List<String> words = Reply.texts(row);
                    if (words.get(1).equals("master")) {
                        own.add(HostPort.parse(words.get(0)));
                    }
                }
            }
            if (own.isEmpty()) {
                throw new IOException("the proxy " + proxy + " has slots, but no master at the moment");
            }
            masters.addAll(own);
            if (own.size() == 1) {
                proxyOf.put(own.iterator().next(), proxy);
            }
        }
        return new SourceLayout(Kind.UNDERMOON, masters, owners, proxyOf);
    }

    /**
     * Whether what a master's snapshot has of a slot is the slot's content. Otherwise it may be left over, or on its
     * way to or from there.
     */
    public boolean isContent(HostPort master, int slot) {
        @Nullable HostPort reader = readers.owner(slot);
        return reader != null && reader.equals(kind == Kind.UNDERMOON ? proxyOf.get(master) : master);
    }

    /** Where clients are paused: in front of the masters. */
    public Set<HostPort> doors() {
        return readers.all();
    }

    /** Whether a failure says that a command is not known. */
    static boolean isUnknownCommand(RespValue reply) {
        return reply instanceof Failure failure && failure.text().startsWith("ERR unknown command");
    }
}
