package io.undermoon.proxy.migration.record;

import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.migration.record.Calls.CallException;
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
 * The records of migrations in the Redis nodes: hashes in database 1, which clients cannot select. A field is a set of slots,
 * its value a {@link MigrationRecord}. Every change is a compare-and-set by a script, so that a command that is delayed does no harm.
 */
public final class MigrationRecords {
    /** Slots that come to the node. */
    public static final String IMPORTS = "undermoon:imports";

    /** Slots that leave the node. */
    public static final String EXPORTS = "undermoon:exports";

    private static final String MARKS = "undermoon:marks";

    /** KEYS: hash. ARGV: field, expected value, new value; empty for none. Returns whether it was replaced. */
    private static final String REPLACE = """
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

    /** Leaves a word in the stream of changes; nothing is kept of it. */
    private static final String MARK = """
            redis.call('select', 1)
            redis.call('set', KEYS[1], ARGV[1], 'PX', 60000)
            return 1
            """;

    private static final String WAIT_MILLIS = "100";

    private final Calls calls;

    public MigrationRecords(Calls calls) {
        this.calls = calls;
    }

    public CompletionStage<@Nullable MigrationRecord> read(Endpoint node, String hash, SlotRanges slots) {
        return eval(node, READ, hash, slots.toString()).thenApply(value -> MigrationRecord.parse(Calls.text(value)));
    }

    /**
     * Replaces a record; null for none. Waits a moment for the node's replica to have it, if there is one.
     *
     * @return whether it was the expected one, and is replaced
     */
    public CompletionStage<Boolean> replace(
            Endpoint node, String hash, SlotRanges slots, @Nullable MigrationRecord expected, @Nullable MigrationRecord next) {
        String before = expected == null ? "" : expected.toString();
        String after = next == null ? "" : next.toString();
        return eval(node, REPLACE, hash, slots.toString(), before, after)
                .thenApply(value -> Calls.number(value) == 1)
                .thenCompose(done -> done ? awaitReplica(node) : CompletableFuture.completedFuture(false));
    }

    private CompletionStage<Boolean> awaitReplica(Endpoint node) {
        return calls.call(node, "INFO", "replication")
                .thenCompose(info -> NodeInfo.parse(Calls.text(info)).replicas() == 0
                        ? CompletableFuture.completedFuture(true)
                        : calls.call(node, "WAIT", "1", WAIT_MILLIS).thenApply(acknowledged -> true))
                // That it was replaced is known, whatever becomes of the replica.
                .exceptionally(problem -> true);
    }

    /** All records of a hash. */
    public CompletionStage<Map<SlotRanges, MigrationRecord>> readAll(Endpoint node, String hash) {
        return eval(node, READ_ALL, hash).thenApply(reply -> {
            Map<SlotRanges, MigrationRecord> records = new LinkedHashMap<>();
            List<RespValue> items = Calls.items(reply);
            for (int i = 0; i + 1 < items.size(); i += 2) {
                MigrationRecord record = MigrationRecord.parse(Calls.text(items.get(i + 1)));
                if (record != null) {
                    records.put(parse(Calls.text(items.get(i))), record);
                }
            }
            return records;
        });
    }

    /** Makes sure that a node's record says nothing of certain slots; of others of the same record it goes on to. */
    public CompletionStage<?> forget(Endpoint node, String hash, SlotRanges slots) {
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

    /** Leaves a word in the node's stream of changes. */
    public CompletionStage<RespValue> mark(Endpoint node, String word) {
        return eval(node, MARK, MARKS, word);
    }

    private CompletionStage<RespValue> eval(Endpoint node, String script, String key, String... arguments) {
        List<String> command = new ArrayList<>(List.of("EVAL", script, "1", key));
        command.addAll(List.of(arguments));
        return calls.call(node, CommandFrame.of(command)).exceptionally(problem -> {
            String reason = Calls.reason(problem);
            boolean oneDatabase = reason.contains("DB index is out of range");
            throw new CallException(
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
