package io.undermoon.proxy.replication;

import io.undermoon.metadata.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself in {@code INFO replication} and {@code INFO persistence}. Fields that a server does not have
 * count as nothing to report.
 *
 * @param role everything but {@code master} is a replica
 * @param masterHost as the node was told; absent for a master
 * @param masterPort 0 for a master
 * @param linkUp whether a replica is connected to its master and in step with it
 * @param loading whether the node reads its data from disk or from its master and refuses commands
 * @param offset how far the node's copy of the data is, in bytes of its master's replication stream
 * @param masterSilentSeconds how long ago a replica heard of its master, which speaks every ten seconds at least; 0 for a master
 * @param unappliedBytes what a replica has received and not applied yet
 * @param replicas who copies from the node
 */
public record NodeReport(
        Role role,
        @Nullable String masterHost,
        int masterPort,
        boolean linkUp,
        boolean loading,
        long offset,
        long masterSilentSeconds,
        long unappliedBytes,
        List<AttachedReplica> replicas) {

    /**
     * A replica as its master sees it.
     *
     * @param address {@code host:port} that the replica announces
     * @param online whether it has its copy and follows the stream
     * @param lagBytes how much of the stream it has not acknowledged
     */
    public record AttachedReplica(String address, boolean online, long lagBytes) {}

    public NodeReport {
        replicas = List.copyOf(replicas);
    }

    /**
     * Reads {@code key:value} lines; sections may follow one another.
     *
     * @throws IllegalArgumentException there is no role in it
     */
    static NodeReport parse(String info) {
        Map<String, String> fields = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        String role = fields.get("role");
        if (role == null) {
            throw new IllegalArgumentException("no role in the reply to INFO replication");
        }
        boolean loading = number(fields, "loading") != 0 || number(fields, "async_loading") != 0;
        long masterOffset = number(fields, "master_repl_offset");
        List<AttachedReplica> replicas = replicas(fields, masterOffset);
        if (role.equals("master")) {
            return new NodeReport(Role.MASTER, null, 0, false, loading, masterOffset, 0, 0, replicas);
        }
        long applied = number(fields, "slave_repl_offset");
        return new NodeReport(
                Role.REPLICA,
                fields.getOrDefault("master_host", ""),
                (int) number(fields, "master_port"),
                "up".equals(fields.get("master_link_status")),
                loading,
                applied,
                number(fields, "master_last_io_seconds_ago"),
                Math.max(0, number(fields, "slave_read_repl_offset") - applied),
                replicas);
    }

    /** For a master how far the slowest replica that follows it is behind; for a replica what it has yet to apply. */
    public long lagBytes() {
        long lag = unappliedBytes;
        for (AttachedReplica replica : replicas) {
            if (replica.online()) {
                lag = Math.max(lag, replica.lagBytes());
            }
        }
        return lag;
    }

    /** Lines {@code slave0:ip=127.0.0.1,port=7001,state=online,offset=42,lag=0}. */
    private static List<AttachedReplica> replicas(Map<String, String> fields, long masterOffset) {
        List<AttachedReplica> replicas = new ArrayList<>();
        for (int i = 0; i < number(fields, "connected_slaves"); i++) {
            String line = fields.get("slave" + i);
            if (line != null) {
                Map<String, String> parts = new HashMap<>();
                for (String part : line.split(",", -1)) {
                    int equals = part.indexOf('=');
                    if (equals > 0) {
                        parts.put(part.substring(0, equals), part.substring(equals + 1));
                    }
                }
                if ("0".equals(parts.get("port"))) {
                    // Listens nowhere: it reads the changes, of a migration say, and has no copy.
                    continue;
                }
                replicas.add(new AttachedReplica(
                        parts.getOrDefault("ip", "") + ":" + parts.getOrDefault("port", ""),
                        "online".equals(parts.get("state")),
                        Math.max(0, masterOffset - number(parts, "offset"))));
            }
        }
        return replicas;
    }

    private static long number(Map<String, String> fields, String key) {
        String text = fields.get(key);
        if (text == null) {
            return 0;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
