package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.source.KeyScan;
import io.undermoon.dev.imports.source.Position;
import io.undermoon.dev.imports.source.SourceLayout;
import io.undermoon.dev.imports.source.SourceReader;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.Replies;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is asked of the source beside its streams. Thread-safe: each call has connections of its own. */
final class SourceSide {
    private final ImportPlan plan;
    private final SourceLayout layout;

    SourceSide(ImportPlan plan, SourceLayout layout) {
        this.plan = plan;
        this.layout = layout;
    }

    SourceLayout layout() {
        return layout;
    }

    SourceReader reader() {
        return new SourceReader(layout.readers(), plan.fromAccess(), plan.databaseNumber());
    }

    RedisConnection open(HostPort server) throws IOException {
        return RedisConnection.open(server, plan.fromAccess());
    }

    /** Refuses a source of which keys would be left behind that nobody has spoken of. */
    void requireOneDatabase() throws IOException {
        if (plan.database() != null || layout.kind() != SourceLayout.Kind.SINGLE) {
            return;
        }
        for (HostPort master : layout.masters()) {
            try (RedisConnection connection = open(master)) {
                Map<String, String> keyspace = Replies.info(connection.demand("INFO", "keyspace"));
                keyspace.keySet().stream()
                        .filter(name -> name.matches("db[1-9][0-9]*"))
                        .findFirst()
                        .ifPresent(name -> {
                            throw new LaunchException("the source has keys in database " + name.substring(2) + " ("
                                    + keyspace.get(name) + "), and a cluster has database 0 only. Say --db 0 to leave"
                                    + " them behind, or import each database into a cluster of its own by --db.");
                        });
            }
        }
    }

    /**
     * For each master the position in the list that is one of its own history, where there is one: a master that was a
     * replica knows the history of its former master.
     */
    Map<HostPort, Position> known(List<Position> positions) throws IOException {
        Map<HostPort, Position> known = new HashMap<>();
        for (HostPort master : layout.masters()) {
            try (RedisConnection connection = open(master)) {
                Map<String, String> info = Replies.info(connection.demand("INFO", "replication"));
                for (Position position : positions) {
                    if (position.history().equals(info.get("master_replid"))
                            || position.history().equals(info.get("master_replid2"))) {
                        known.put(master, position);
                    }
                }
            }
        }
        return known;
    }

    /** How far each master is. */
    Map<HostPort, Long> offsets() throws IOException {
        Map<HostPort, Long> offsets = new HashMap<>();
        for (HostPort master : layout.masters()) {
            try (RedisConnection connection = open(master)) {
                offsets.put(master, offset(connection));
            }
        }
        return offsets;
    }

    /** How far the master at the other end is. */
    static long offset(RedisConnection connection) throws IOException {
        String offset = Replies.info(connection.demand("INFO", "replication")).get("master_repl_offset");
        if (offset == null) {
            throw new IOException(connection.address() + " does not tell its master_repl_offset");
        }
        return Long.parseLong(offset);
    }

    /** Takes keys. */
    interface KeySink {
        void take(List<byte[]> keys);
    }

    /** All keys of a master that are wanted. */
    void scan(HostPort master, KeySink sink) throws IOException {
        try (RedisConnection connection = open(master)) {
            if (plan.databaseNumber() != 0) {
                connection.demand("SELECT", plan.databaseNumber());
            }
            KeyScan scan = new KeyScan(connection);
            while (scan.hasNext()) {
                sink.take(scan.next().stream().filter(plan::wants).toList());
            }
        }
    }
}
