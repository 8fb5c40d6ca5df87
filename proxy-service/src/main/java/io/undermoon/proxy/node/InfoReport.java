package io.undermoon.proxy.node;

import io.undermoon.metadata.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reply to {@code INFO}. A field that the server does not report, or whose section was not asked for, reads as 0,
 * false or the empty string. Immutable.
 */
public final class InfoReport {
    public static final InfoReport EMPTY = parse("");

    /** A field of a replica that is not connected to its master. */
    public static final String LINK_DOWN_SINCE = "master_link_down_since_seconds";

    private static final long LONGEST_LINK_DOWN_DAYS = 3650;
    private static final Pattern DATABASE = Pattern.compile("db\\d+");

    private final Map<String, String> fields;

    // Read for each command that a replica may serve.
    private final Role role;
    private final String masterHost;
    private final int masterPort;
    private final boolean linkUp;
    private final boolean loading;

    private InfoReport(Map<String, String> fields) {
        this.fields = fields;
        this.role = "master".equals(fields.get("role")) ? Role.MASTER : Role.REPLICA;
        this.masterHost = text("master_host");
        this.masterPort = (int) number("master_port");
        this.linkUp = text("master_link_status").equals("up");
        this.loading = number("loading") != 0 || number("async_loading") != 0;
    }

    /**
     * A replica as its master sees it.
     *
     * @param address {@code host:port} that the replica announces
     * @param online whether it has its copy and follows the replication stream
     * @param lagBytes how much of the stream it has not acknowledged
     * @param lagSeconds since it last acknowledged something
     */
    public record AttachedReplica(String address, boolean online, long lagBytes, long lagSeconds) {}

    /** Parses lines {@code field:value}; section headings and other lines are skipped. */
    public static InfoReport parse(String info) {
        return new InfoReport(pairs(info.lines().toList(), ':'));
    }

    /** The fields of both reports. */
    InfoReport plus(InfoReport other) {
        Map<String, String> both = new HashMap<>(fields);
        both.putAll(other.fields);
        return new InfoReport(both);
    }

    /** Whether a key of the node expires, by the section {@code keyspace}. */
    public boolean hasExpiringKeys() {
        return fields.entrySet().stream()
                .anyMatch(field -> DATABASE.matcher(field.getKey()).matches()
                        && !field.getValue().contains(",expires=0"));
    }

    boolean hasRole() {
        return fields.containsKey("role");
    }

    /** Every role but {@code master} is a replica's. */
    public Role role() {
        return role;
    }

    /** The host of a replica's master as the node was told; empty for a master. */
    public String masterHost() {
        return masterHost;
    }

    /** The port of a replica's master; 0 for a master. */
    public int masterPort() {
        return masterPort;
    }

    /** Whether a replica is connected to its master and in step with it. */
    public boolean linkUp() {
        return linkUp;
    }

    /** Whether the node reads its data from disk or from its master and refuses commands. */
    public boolean loading() {
        return loading;
    }

    /** How far the node's copy of the data is, in bytes of its master's replication stream. */
    public long offset() {
        return number(role == Role.MASTER ? "master_repl_offset" : "slave_repl_offset");
    }

    /** The id of the history of the node's data. */
    public String replicationId() {
        return text("master_replid");
    }

    /** The id of the history that the present one continues: since a promotion that of the former master. */
    public String formerReplicationId() {
        return text("master_replid2");
    }

    /** The id of the life of the node's process, by the section {@code server}; empty when it does not say. */
    public String runId() {
        return text("run_id");
    }

    /**
     * Whether the node, in its present run, is or was connected to a master, and has not been promoted since.
     */
    public boolean hasFollowed() {
        if (role == Role.MASTER) {
            return false;
        }
        // Servers before Redis 7 report the time since 1970 of one that was never connected.
        long downSeconds = fields.containsKey(LINK_DOWN_SINCE) ? number(LINK_DOWN_SINCE) : -1;
        return linkUp || downSeconds >= 0 && downSeconds < TimeUnit.DAYS.toSeconds(LONGEST_LINK_DOWN_DAYS);
    }

    /** Whether the node keeps the end of its replication stream, from which replicas continue without a full copy. */
    public boolean hasBacklog() {
        return number("repl_backlog_active") == 1;
    }

    /** Seconds since a replica heard of its master, which speaks every ten seconds at least; 0 for a master. */
    public long masterSilentSeconds() {
        return role == Role.MASTER ? 0 : number("master_last_io_seconds_ago");
    }

    /**
     * For a master how far its slowest online replica is behind; for a replica what it has received and not applied.
     */
    public long lagBytes() {
        long unapplied = role == Role.MASTER ? 0 : number("slave_read_repl_offset") - offset();
        return replicas().stream()
                .filter(AttachedReplica::online)
                .mapToLong(AttachedReplica::lagBytes)
                .reduce(Math.max(0, unapplied), Math::max);
    }

    /**
     * The replicas of the node, from lines {@code slave0:ip=127.0.0.1,port=7001,state=online,offset=42,lag=0}. Those
     * that listen on no port are not among them: they read the stream, for a migration say, and keep no copy.
     */
    public List<AttachedReplica> replicas() {
        List<AttachedReplica> replicas = new ArrayList<>();
        String line = fields.get("slave0");
        for (int i = 1; line != null; i++) {
            Map<String, String> parts = pairs(List.of(line.split(",", -1)), '=');
            if (!"0".equals(parts.get("port"))) {
                replicas.add(new AttachedReplica(
                        parts.getOrDefault("ip", "") + ":" + parts.getOrDefault("port", ""),
                        "online".equals(parts.get("state")),
                        Math.max(0, number("master_repl_offset") - parseNumber(parts.get("offset"))),
                        parseNumber(parts.get("lag"))));
            }
            line = fields.get("slave" + i);
        }
        return replicas;
    }

    /**
     * How long ago replicas that have the data last acknowledged something: as many as are wanted, or all if there are
     * fewer; -1 if there is none. Which of them is which cannot be told, so that for one all of them have to be in
     * step; others that have just died may be among more than are wanted.
     */
    public long replicaSilentSeconds(int wanted) {
        long[] silent = replicas().stream()
                .filter(AttachedReplica::online)
                .mapToLong(AttachedReplica::lagSeconds)
                .sorted()
                .toArray();
        return silent.length == 0 ? -1 : silent[Math.min(silent.length, Math.max(1, wanted)) - 1];
    }

    /** How many replicas have the data. */
    public int onlineReplicas() {
        return (int) replicas().stream().filter(AttachedReplica::online).count();
    }

    /** Whether a replica is connected, be it that its master does not count it as online yet. */
    public boolean hasReplica() {
        return !replicas().isEmpty();
    }

    /** Whether a replica has the data and follows the node. */
    public boolean hasOnlineReplica() {
        return replicas().stream().anyMatch(AttachedReplica::online);
    }

    /** The major version of the server as Redis counts them. */
    public int majorVersion() {
        return (int) parseNumber(text("redis_version").split("\\.", -1)[0]);
    }

    /** The keys of database 0, which is where clients' keys are. */
    public KeyspaceFigures keyspace() {
        Map<String, String> parts = pairs(List.of(text("db0").split(",", -1)), '=');
        return new KeyspaceFigures(
                parseNumber(parts.get("keys")), parseNumber(parts.get("expires")), parseNumber(parts.get("avg_ttl")));
    }

    /** How many commands the node has executed; empty when it does not say. */
    public OptionalLong commandsProcessed() {
        String field = "total_commands_processed";
        return fields.containsKey(field) ? OptionalLong.of(number(field)) : OptionalLong.empty();
    }

    /** A field as it came; empty when it is not there. */
    public String text(String field) {
        return fields.getOrDefault(field, "");
    }

    /** A field that is an integer; 0 when it is not there or is none. */
    public long number(String field) {
        return parseNumber(fields.get(field));
    }

    /** A field that is a number; 0 when it is not there or is none. */
    public double decimal(String field) {
        try {
            return Double.parseDouble(fields.getOrDefault(field, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Map<String, String> pairs(List<String> lines, char separator) {
        Map<String, String> pairs = new HashMap<>();
        for (String line : lines) {
            int end = line.indexOf(separator);
            if (end > 0) {
                pairs.put(line.substring(0, end), line.substring(end + 1).strip());
            }
        }
        return pairs;
    }

    private static long parseNumber(@Nullable String text) {
        try {
            return text == null ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
