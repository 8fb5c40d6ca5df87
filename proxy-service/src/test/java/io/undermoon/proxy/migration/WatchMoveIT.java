package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.umctl.MigrationProgress.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Watched keys whose slots move, with active redirection. */
class WatchMoveIT {
    private static final int MOVES = 6;

    /** So that keys are watched most of the time, and for longer than it takes to begin a switch. */
    private static final int MORE_READS = 20;

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String KEY = keyOf("watched");

    /** Through the source, the destination, and a proxy that has no part in the move. */
    @Test
    void only_a_change_of_a_watched_key_makes_exec_answer_null() {
        try (ThreeProxies proxies = new ThreeProxies()) {
            List<Counter> alone = IntStream.range(0, 3)
                    .mapToObj(i -> new Counter(keyOf("alone" + i), MORE_READS, proxies.connect(i)))
                    .toList();
            List<Counter> together = IntStream.range(0, 3)
                    .mapToObj(i -> new Counter(KEY, 0, proxies.connect(i)))
                    .toList();
            List<Counter> all = new ArrayList<>(alone);
            all.addAll(together);
            all.forEach(Thread::start);
            for (int i = 0; i < MOVES; i++) {
                awaitProgress(all);
                proxies.begin();
                proxies.end();
                assertThat(alone).extracting(counter -> counter.refused).containsOnly(0L);
            }
            awaitProgress(all);
            all.forEach(counter -> counter.ending = true);
            await().atMost(LIMIT).until(() -> all.stream().noneMatch(Thread::isAlive));

            assertThat(all).extracting(counter -> counter.problem).containsOnly("");
            assertThat(alone).extracting(counter -> counter.refused).containsOnly(0L);
            try (RespConnection client = proxies.connect(2)) {
                alone.forEach(counter ->
                        assertThat(text(client.call("GET", counter.key))).isEqualTo(Long.toString(counter.counted)));
                assertThat(text(client.call("GET", KEY)))
                        .isEqualTo(Long.toString(together.stream()
                                .mapToLong(counter -> counter.counted)
                                .sum()));
            }
        }
    }

    private static void awaitProgress(List<Counter> counters) {
        List<Long> before = counters.stream().map(counter -> counter.counted).toList();
        await().atMost(LIMIT)
                .until(() -> IntStream.range(0, counters.size())
                        .allMatch(i -> !counters.get(i).isAlive() || counters.get(i).counted > before.get(i) + 20));
    }

    @Test
    void a_watch_that_does_not_end_ends_with_the_switch() {
        try (TwoProxies proxies = new TwoProxies(true);
                RespConnection client = proxies.connectToSource();
                RespConnection late = proxies.connectToDestination()) {
            assertThat(text(client.call("WATCH", KEY))).isEqualTo("OK");
            proxies.migrate();
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(5))
                    .ignoreExceptions()
                    .until(() -> proxies.progress().error().equals("clients watch keys of the slots")
                            || proxies.progress().state() == State.SWITCHED);
            assertThat(text(client.call("WATCH", KEY))).isEqualTo("OK");
            // Held until the destination has the slot, if it has not already.
            late.send("WATCH", KEY);
            proxies.awaitSwitched();
            assertThat(text(late.receive())).isEqualTo("OK");

            assertThat(exec(client, "refused")).isEqualTo(RespValue.Null.ARRAY);
            proxies.commit();
            assertThat(exec(late, "executed")).isInstanceOf(RespValue.Array.class);
            assertThat(text(client.call("GET", KEY))).isEqualTo("executed");
        }
    }

    private static RespValue exec(RespConnection client, String value) {
        client.call("MULTI");
        client.call("SET", KEY, value);
        return client.call("EXEC");
    }

    private static String keyOf(String prefix) {
        for (int i = 0; ; i++) {
            String key = prefix + "-" + i;
            if (TwoProxies.MOVING.contains(Slot.of(key))) {
                return key;
            }
        }
    }

    /** Counts by optimistic transactions. */
    private static final class Counter extends Thread {
        private final String key;
        private final int moreReads;
        private final RespConnection connection;
        volatile boolean ending;
        volatile long counted;
        volatile long refused;
        volatile String problem = "";

        Counter(String key, int moreReads, RespConnection connection) {
            this.key = key;
            this.moreReads = moreReads;
            this.connection = connection;
        }

        @Override
        public void run() {
            try (connection) {
                while (!ending && problem.isEmpty()) {
                    count();
                }
            }
        }

        private void count() {
            expect("OK", connection.call("WATCH", key));
            RespValue now = connection.call("GET", key);
            for (int i = 0; i < moreReads; i++) {
                connection.call("GET", key);
            }
            long value = now instanceof RespValue.Bulk bulk ? Long.parseLong(bulk.text()) : 0;
            expect("OK", connection.call("MULTI"));
            expect("QUEUED", connection.call("SET", key, Long.toString(value + 1)));
            RespValue reply = connection.call("EXEC");
            if (reply.equals(RespValue.Null.ARRAY)) {
                refused++;
            } else if (reply instanceof RespValue.Array) {
                counted++;
            } else {
                problem = text(reply) + " instead of an array";
            }
        }

        private void expect(String expected, RespValue reply) {
            if (!text(reply).equals(expected)) {
                problem = text(reply) + " instead of " + expected;
            }
        }
    }
}
