package io.undermoon.proxy.tenancy;

import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the {@link Mark} of a node, a string in database 1, which clients cannot select. Scripts make each
 * change a compare-and-set.
 */
final class MarkedNode {
    private static final String KEY = "undermoon:tenant";

    /** Returns the mark or an empty string, the number of keys of clients, and the role. */
    private static final String READ = """
            local role = string.match(redis.call('info', 'replication'), 'role:(%w+)')
            local keys = redis.call('dbsize')
            redis.call('select', 1)
            return {redis.call('get', KEYS[1]) or '', keys, role}
            """;

    /**
     * ARGV: the present mark, the next one, each empty for none, and {@code flush}, {@code empty} or {@code any}: what
     * to do with keys. Returns {@code done}, or what is in the way.
     */
    private static final String WRITE = """
            redis.call('select', 1)
            if (redis.call('get', KEYS[1]) or '') ~= ARGV[1] then return 'mark' end
            redis.call('select', 0)
            if ARGV[3] == 'flush' then
                redis.call('flushdb', 'async')
                redis.call('select', 1)
                redis.call('flushdb', 'async')
            elseif ARGV[3] == 'empty' and redis.call('dbsize') > 0 then
                return 'keys'
            end
            redis.call('select', 1)
            if ARGV[2] ~= '' then redis.call('set', KEYS[1], ARGV[2]) end
            return 'done'
            """;

    /** What to do with the keys of a node that is marked. */
    enum Keys {
        /** There must be none. */
        EMPTY,
        /** They are deleted, with the records of migrations. */
        FLUSH,
        /** They stay. */
        ANY;

        private final String word = name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * What a node says.
     *
     * @param mark absent if it has none
     */
    record State(@Nullable Mark mark, boolean hasKeys, boolean isMaster) {}

    private final NodeClient client;
    private final Endpoint endpoint;

    MarkedNode(NodeClient client, Endpoint endpoint) {
        this.client = client;
        this.endpoint = endpoint;
    }

    CompletionStage<State> read() {
        return client.call(endpoint, "EVAL", READ, "1", KEY).thenApply(reply -> {
            List<RespValue> items = ReplyValues.items(reply);
            return new State(
                    Mark.parse(ReplyValues.text(items.get(0))),
                    ReplyValues.number(items.get(1)) > 0,
                    ReplyValues.text(items.get(2)).equals("master"));
        });
    }

    /** Replaces the mark, null for none, of a master; returns whether the node was as expected. */
    CompletionStage<Boolean> write(@Nullable Mark present, @Nullable Mark next, Keys keys) {
        String before = present == null ? "" : present.toString();
        String after = next == null ? "" : next.toString();
        return client.call(endpoint, "EVAL", WRITE, "1", KEY, before, after, keys.word)
                .thenApply(reply -> ReplyValues.text(reply).equals("done"));
    }

    /** Deletes the functions of clients, where the node knows any. */
    void flushFunctions() {
        client.call(endpoint, "FUNCTION", "FLUSH");
    }

    CompletionStage<RespValue> becomeMaster() {
        return client.call(endpoint, "REPLICAOF", "NO", "ONE");
    }
}
