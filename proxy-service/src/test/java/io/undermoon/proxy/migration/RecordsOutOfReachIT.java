package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Clients that try to change the migration records of nodes, which say who owns slots. */
class RecordsOutOfReachIT {
    private static final String STAYING = keyIn(TwoProxies.STAYING);
    private static final String MOVING = keyIn(TwoProxies.MOVING);

    /** Scripts that put the hash at KEYS[1] in the place of the records, or delete those. */
    private static final List<String> ATTACKS = List.of(
            "redis.call('select', 1) return redis.call('del', 'undermoon:imports', 'undermoon:exports')",
            "return redis.call('swapdb', 0, 1)",
            "return redis.call('flushall')",
            "return redis.call('move', KEYS[1], 1)",
            "return redis.call('copy', KEYS[1], 'undermoon:imports', 'DB', 1, 'REPLACE')",
            "return redis.call('copy', KEYS[1], 'undermoon:exports', 'REPLACE', 'DB', '1')",
            "redis.call('rename', KEYS[1], 'undermoon:imports') return redis.call('move', 'undermoon:imports', 1)",
            "return redis.call('migrate', '127.0.0.1', ARGV[1], KEYS[1], 1, 1000, 'COPY', 'REPLACE')",
            "return redis.call('acl', 'setuser', 'undermoon-clients', '+@all')",
            "return redis.call('auth', 'default', '')",
            "return redis.call('config', 'set', 'databases', 1)",
            "return redis.call('replicaof', 'no', 'one')",
            "return redis.call('debug', 'flushall')",
            "return redis.call('shutdown', 'nosave')");

    private static String keyIn(SlotRanges slots) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "k" + i)
                .filter(key -> slots.contains(Slot.of(key)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_client_can_neither_forge_nor_delete_a_record() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection source = proxies.connectToSource();
                RespConnection destination = proxies.connectToDestination()) {
            text(source.call("SET", MOVING, "v"));
            attack(source, STAYING, proxies.sourceNode);
            assertThat(records(proxies.sourceNode)).isEqualTo("0");

            proxies.migrate();
            proxies.awaitSwitched();
            assertThat(text(destination.call("GET", MOVING))).isEqualTo("v");

            attack(source, STAYING, proxies.sourceNode);
            attack(destination, MOVING, proxies.destinationNode);
            proxies.restartSource();
            try (RespConnection again = proxies.connectToSource()) {
                assertThat(text(again.call("GET", MOVING))).startsWith("MOVED");
                assertThat(text(destination.call("GET", MOVING))).isEqualTo("v");
            }
            proxies.commit();
            assertThat(text(destination.call("GET", MOVING))).isEqualTo("v");
        }
    }

    private static String sameSlot(String key) {
        return "forged{" + key + "}";
    }

    /** Every attack is refused, as a script and within a transaction. */
    private static void attack(RespConnection client, String key, RedisServerProcess node) {
        String before = records(node);
        String forged = sameSlot(key);
        client.call("DEL", forged);
        for (String status : List.of("owned", "given", "aborted")) {
            client.call("HSET", forged, TwoProxies.MOVING.toString(), "999999.1.forged " + status);
            for (String script : ATTACKS) {
                String reply = text(client.call("EVAL", script, "1", forged, Integer.toString(node.port())));
                assertThat(reply).as(script).startsWith("ERR ");
                assertThat(records(node)).as(script).isEqualTo(before);
                client.call("DEL", "undermoon:imports");
                client.call("HSET", forged, TwoProxies.MOVING.toString(), "999999.1.forged " + status);
            }
            client.call("MULTI");
            client.call("EVAL", ATTACKS.get(4), "1", forged);
            assertThat(client.call("EXEC").toString())
                    .containsAnyOf(
                            "can't access at least one of the keys",
                            "No permissions to access a key",
                            "can't run this command");
            assertThat(records(node)).isEqualTo(before);
        }
        client.call("DEL", forged);
    }

    private static String records(RedisServerProcess node) {
        try (RespConnection direct = node.connect()) {
            String script = "redis.call('select', 1) "
                    + "local n = redis.call('dbsize') if n == 0 then return n end "
                    + "return {n, redis.call('hgetall', 'undermoon:imports'), "
                    + "redis.call('hgetall', 'undermoon:exports')}";
            return text(direct.call("EVAL", script, "0"));
        }
    }
}
