package io.undermoon.proxy.migration.record;

import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the migration records in Redis nodes. They are hashes in database 1, which clients cannot select; a
 * field is a set of slots, its value a {@link MigrationRecord}. A script makes every change a compare-and-set, so that
 * a delayed command has no effect.
 */
public final class MigrationRecords {
    /** The hash of slots that move to the node. */
    public static final String IMPORTS = "undermoon:imports";

    /** The hash of slots that move from the node. */
    public static final String EXPORTS = "undermoon:exports";

    private static final String MARKS = "undermoon:marks";

    /**
     * KEYS: hash. ARGV: field, expected value, new value, expected run of the node; empty for none. Returns 1 if the
     * value was replaced.
     */
    private static final String REPLACE = """
            if ARGV[4] ~= '' and not string.find(redis.call('info', 'server'), 'run_id:' .. ARGV[4], 1, true) then
                return 0
            end
            redis.call('select', 1)
            local present = redis.call('hget', KEYS[1], ARGV[1]) or ''
            if present ~= ARGV[2] then return 0 end
            if ARGV[3] == '' then redis.call('hdel', KEYS[1], ARGV[1])
            else redis.call('hset', KEYS[1], ARGV[1], ARGV[3]) end
            return 1
            """;

    private static final String READ = """
            redis.call('select', 1)
            return redis.call('hget', KEYS[1], ARGV[1]) or ''
            """;

    private static final String READ_ALL = """
            redis.call('select', 1)
            return redis.call('hgetall', KEYS[1])
            """;

    /** Writes a marker to the replication stream; the key expires. */
    private static final String MARK = """
            redis.call('select', 1)
            redis.call('set', KEYS[1], ARGV[1], 'PX', 60000)
            return 1
            """;

    private static final String WAIT_MILLIS = "100";

    private final NodeClient nodes;

    public MigrationRecords(NodeClient nodes) {
        this.nodes = nodes;
    }

    public CompletionStage<@Nullable MigrationRecord> read(Endpoint node, String hash, SlotRanges slots) {
        return eval(node, READ, hash, slots.toString())
                .thenApply(value -> MigrationRecord.parse(ReplyValues.text(value)));
    }

    /**
     * Replaces a record if it is the expected one; null stands for no record. Then waits up to 100 ms for a replica of
     * the node, if there is one, to acknowledge it.
     *
     * @return whether the record was replaced
     */
    public CompletionStage<Boolean> replace(
            Endpoint node,
            String hash,
            SlotRanges slots,
            @Nullable MigrationRecord expected,
            @Nullable MigrationRecord next) {
        return replace(node, hash, slots, expected, next, "");
    }

    /**
     * See {@link #replace(Endpoint, String, SlotRanges, MigrationRecord, MigrationRecord)}; only in a certain run of
     * the node.
     *
     * @param run empty for any
     */
    public CompletionStage<Boolean> replace(
            Endpoint node,
            String hash,
            SlotRanges slots,
            @Nullable MigrationRecord expected,
            @Nullable MigrationRecord next,
            String run) {
        String before = expected == null ? "" : expected.toString();
        String after = next == null ? "" : next.toString();
        return eval(node, REPLACE, hash, slots.toString(), before, after, run)
                .thenApply(value -> ReplyValues.number(value) == 1)
                .thenCompose(done -> done ? awaitReplica(node) : CompletableFuture.completedFuture(false));
    }

    private CompletionStage<Boolean> awaitReplica(Endpoint node) {
        return nodes.info(node, "replication")
                .thenCompose(info -> !info.hasOnlineReplica()
                        ? CompletableFuture.completedFuture(true)
                        : nodes.call(node, "WAIT", "1", WAIT_MILLIS).thenApply(acknowledged -> true))
                // The record has been replaced whether or not a replica has acknowledged it.
                .exceptionally(problem -> true);
    }

    public CompletionStage<Map<SlotRanges, MigrationRecord>> readAll(Endpoint node, String hash) {
        return eval(node, READ_ALL, hash).thenApply(reply -> {
            Map<SlotRanges, MigrationRecord> records = new LinkedHashMap<>();
            List<RespValue> items = ReplyValues.items(reply);
            for (int i = 0; i + 1 < items.size(); i += 2) {
                MigrationRecord record = MigrationRecord.parse(ReplyValues.text(items.get(i + 1)));
                if (record != null) {
                    records.put(parse(ReplyValues.text(items.get(i))), record);
                }
            }
            return records;
        });
    }

    /** Removes slots from the records of a hash. The other slots of a record keep it, in a field of their own. */
    public CompletionStage<?> removeSlots(Endpoint node, String hash, SlotRanges slots) {
        return readAll(node, hash).thenCompose(records -> {
            List<CompletableFuture<?>> changes = new ArrayList<>();
            records.forEach((field, record) -> {
                if (field.intersects(slots)) {
                    SlotRanges rest = field.minus(slots);
                    CompletionStage<?> kept = rest.isEmpty()
                            ? CompletableFuture.completedFuture(true)
                            : replace(node, hash, rest, null, record);
                    changes.add(kept.thenCompose(done -> replace(node, hash, field, record, null))
                            .toCompletableFuture());
                }
            });
            return CompletableFuture.allOf(changes.toArray(CompletableFuture<?>[]::new));
        });
    }

    /** Writes a marker to the node's replication stream. */
    public CompletionStage<RespValue> mark(Endpoint node, String marker) {
        return eval(node, MARK, MARKS, marker);
    }

    private CompletionStage<RespValue> eval(Endpoint node, String script, String key, String... arguments) {
        List<String> command = new ArrayList<>(List.of("EVAL", script, "1", key));
        command.addAll(List.of(arguments));
        return nodes.call(node, command).exceptionally(problem -> {
            String reason = NodeException.reason(problem);
            boolean oneDatabase = reason.contains("DB index is out of range");
            throw new IllegalStateException(
                    oneDatabase
                            ? "node " + node + " needs at least 2 databases to keep records of migrations"
                            : reason);
        });
    }

    private static SlotRanges parse(String text) {
        List<SlotRange> ranges = new ArrayList<>();
        for (String range : text.split(",", -1)) {
            int dash = range.indexOf('-');
            ranges.add(new SlotRange(
                    Integer.parseInt(range.substring(0, dash)), Integer.parseInt(range.substring(dash + 1))));
        }
        return new SlotRanges(ranges);
    }
}
