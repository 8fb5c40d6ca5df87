package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.migration.MigrationSettings.ReplicaAck;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.umctl.MigrationProgress.State;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Slots whose keys change faster than they can be copied. */
class BusySlotsIT {
    private static final int KEYS = 4000;
    private static final int PIPELINE = 1000;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** So slow that each key changes again before the others are copied. */
    private static final MigrationSettings SLOW = new MigrationSettings(2000, 0, 200, 0, ReplicaAck.CONNECTED);

    /** Increments keys of a moving slot, many at a time, until it is told that the slot has moved. */
    private static final class Incrementer extends Thread {
        private final int number;
        private final long[] acknowledged = new long[KEYS];
        private final AtomicLong total = new AtomicLong();
        private final RespConnection connection;
        private volatile String last = "";

        Incrementer(int number, TwoProxies proxies) {
            super("incrementer-" + number);
            this.number = number;
            this.connection = proxies.connectToSource();
        }

        @Override
        public void run() {
            try (connection) {
                for (int first = 0; last.isEmpty(); first = (first + PIPELINE) % KEYS) {
                    for (int i = first; i < first + PIPELINE; i++) {
                        connection.send("INCR", key(i));
                    }
                    for (int i = first; i < first + PIPELINE; i++) {
                        String reply = text(connection.receive());
                        if (Character.isDigit(reply.charAt(0))) {
                            acknowledged[i]++;
                        } else {
                            last = reply;
                        }
                    }
                    total.addAndGet(PIPELINE);
                }
            }
        }

        private String key(int i) {
            return "{moving-3}" + number + "-" + i;
        }

        void check(RespConnection node) {
            assertThat(last).startsWith("MOVED");
            for (int i = 0; i < KEYS; i++) {
                assertThat(text(node.call("GET", key(i)))).isEqualTo(Long.toString(acknowledged[i]));
            }
        }
    }

    @Test
    void a_migration_ends_while_few_keys_change_all_the_time() throws InterruptedException {
        try (TwoProxies proxies = new TwoProxies(false, SLOW);
                RespConnection reader = proxies.connectToSource()) {
            Incrementer first = new Incrementer(1, proxies);
            Incrementer second = new Incrementer(2, proxies);
            first.start();
            second.start();
            await().atMost(LIMIT).until(() -> first.total.get() > KEYS && second.total.get() > KEYS);
            proxies.migrate();
            proxies.awaitCopying();
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> proxies.progress().error().contains("writers of the slots are held")
                            || proxies.progress().state() == State.SWITCHED);
            assertThat(text(reader.call("GET", "{moving-3}1-1")))
                    .as("readers are not held")
                    .isNotNull();

            proxies.awaitSwitched();
            assertThat(proxies.progress().writersHeldUs())
                    .isPositive()
                    .isLessThan(proxies.progress().elapsedMs() * 1000);
            first.join(LIMIT.toMillis());
            second.join(LIMIT.toMillis());
            try (RespConnection node = proxies.destinationNode.connect()) {
                first.check(node);
                second.check(node);
            }
        }
    }
}
