package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.umctl.MigrationProgress.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A migration of which one node is killed and replaced by its replica behind another proxy, while clients write. The
 * proxy of the killed node receives no more metadata, as if it were partitioned.
 */
class SlotMoveFailoverIT {
    private static final int KEYS = 50_000;
    private static final int WRITERS = 2;
    private static final int MUCH = 500;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @ParameterizedTest(name = "the source: {0}, when switched: {1}")
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void keys_are_not_missing_while_a_migration_is_interrupted_by_a_failover(boolean source, boolean switched)
            throws InterruptedException {
        try (TwoProxies proxies = new TwoProxies(false)) {
            RedisServerProcess dying = source ? proxies.sourceNode : proxies.destinationNode;
            try (RespConnection node = proxies.sourceNode.connect()) {
                fill(node);
            }
            RedisServerProcess replica = replicaOf(dying);
            List<CountingWriter> writers = startWriters(proxies);
            proxies.migrate();
            if (switched) {
                proxies.awaitSwitched();
                awaitMuch(writers);
            } else {
                proxies.awaitCopying();
            }

            dying.kill();
            // The migration may have been switched before the kill.
            boolean moved = proxies.progress().state() == State.SWITCHED;
            Map<String, Long> kept = promote(replica);
            if (source) {
                proxies.failOverSource(replica);
            } else {
                proxies.failOverDestination(replica);
            }

            proxies.awaitSwitched();
            awaitMuch(writers);
            for (CountingWriter writer : writers) {
                writer.end();
            }
            assertOneOwner(proxies);
            assertNothingLost(proxies, kept, writers, source, moved);
        }
    }

    /**
     * Asserts that slots owned by the killed node have all that its replica had received, and all other slots have all
     * acknowledged increments.
     */
    private static void assertNothingLost(
            TwoProxies proxies, Map<String, Long> kept, List<CountingWriter> writers, boolean source, boolean moved) {
        Map<String, Long> found = contentOfOwners(proxies);
        Predicate<String> died = key -> TwoProxies.MOVING.contains(Slot.of(key)) ? source != moved : source;
        assertThat(found).hasSizeGreaterThanOrEqualTo(KEYS);
        assertThat(kept.keySet().stream().anyMatch(died)).isEqualTo(source || moved);
        kept.forEach((key, value) -> {
            if (died.test(key)) {
                assertThat(found).containsKey(key);
                assertThat(found.get(key)).as(key).isGreaterThanOrEqualTo(value);
            }
        });
        for (CountingWriter writer : writers) {
            assertThat(writer.problems(found, died.negate())).isEmpty();
        }
    }

    private static RedisServerProcess replicaOf(RedisServerProcess node) {
        RedisServerProcess replica = RedisServerProcess.start();
        try (RespConnection connection = replica.connect()) {
            connection.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));
            await().atMost(LIMIT)
                    .until(() -> text(connection.call("INFO", "replication")).contains("master_link_status:up"));
        }
        return replica;
    }

    /** Promotes a replica and returns its content. */
    private static Map<String, Long> promote(RedisServerProcess replica) {
        try (RespConnection connection = replica.connect()) {
            assertThat(text(connection.call("REPLICAOF", "NO", "ONE"))).isEqualTo("OK");
            return content(connection);
        }
    }

    private static List<CountingWriter> startWriters(TwoProxies proxies) {
        List<CountingWriter> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            AtomicInteger turn = new AtomicInteger(i);
            writers.add(new CountingWriter(
                    i, () -> turn.getAndIncrement() % 2 == 0 ? proxies.source.port() : proxies.destination.port()));
        }
        writers.forEach(Thread::start);
        return writers;
    }

    private static void awaitMuch(List<CountingWriter> writers) {
        for (CountingWriter writer : writers) {
            long before = writer.acknowledged();
            await().atMost(LIMIT).until(() -> writer.acknowledged() > before + MUCH);
        }
    }

    /** Asserts that only the destination serves the moved slots, and only the source serves the rest. */
    private static void assertOneOwner(TwoProxies proxies) {
        try (RespConnection source = proxies.connectToSource();
                RespConnection destination = proxies.connectToDestination()) {
            for (int i = 0; i < 100; i++) {
                String key = "filled-" + i;
                boolean moved = TwoProxies.MOVING.contains(Slot.of(key));
                int owner = moved ? proxies.destination.port() : proxies.source.port();
                assertThat(text((moved ? destination : source).call("GET", key)))
                        .isEqualTo(Integer.toString(i));
                assertThat(text((moved ? source : destination).call("GET", key)))
                        .isEqualTo("MOVED " + Slot.of(key) + " 127.0.0.1:" + owner);
            }
        }
    }

    private static Map<String, Long> contentOfOwners(TwoProxies proxies) {
        try (RespConnection source = proxies.sourceNode.connect();
                RespConnection destination = proxies.destinationNode.connect()) {
            Map<String, Long> all = content(source);
            all.keySet().removeIf(key -> TwoProxies.MOVING.contains(Slot.of(key)));
            all.putAll(content(destination));
            return all;
        }
    }

    private static Map<String, Long> content(RespConnection node) {
        List<RespValue> keys = ((RespValue.Array) node.call("KEYS", "*")).items();
        Map<String, Long> content = new HashMap<>();
        keys.forEach(key -> node.send("GET", text(key)));
        keys.forEach(key -> content.put(text(key), Long.parseLong(text(node.receive()))));
        return content;
    }

    private static void fill(RespConnection node) {
        for (int i = 0; i < KEYS; i++) {
            node.send("SET", "filled-" + i, Integer.toString(i));
        }
        for (int i = 0; i < KEYS; i++) {
            node.receive();
        }
    }
}
