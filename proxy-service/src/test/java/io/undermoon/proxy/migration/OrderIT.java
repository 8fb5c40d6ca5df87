package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that do not wait for replies keep their order while slots move, with active redirection. */
class OrderIT {
    private static final int MOVES = 4;

    @Test
    void commands_for_one_key_are_executed_in_the_order_they_were_sent() {
        try (ThreeProxies proxies = new ThreeProxies()) {
            List<Counter> counters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                counters.add(new Counter(keyIn(TwoProxies.MOVING, "count" + i), proxies.connect(i)));
            }
            counters.forEach(Thread::start);
            for (int i = 0; i < MOVES; i++) {
                awaitProgress(counters);
                proxies.begin();
                proxies.end();
            }
            awaitProgress(counters);
            counters.forEach(counter -> counter.ending = true);
            await().atMost(Duration.ofSeconds(30)).until(() -> counters.stream().noneMatch(Thread::isAlive));
            counters.forEach(Counter::check);
        }
    }

    /** With the client at the destination, and at a proxy that has no part in the move. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void slots_that_stay_are_served_while_others_are_handed_over(int proxy) {
        try (ThreeProxies proxies = new ThreeProxies(false);
                RespConnection mover = proxies.connect(proxy);
                RespConnection stayer = proxies.connect(proxy)) {
            String moving = keyIn(TwoProxies.MOVING, "moving");
            String staying = keyIn(TwoProxies.STAYING, "staying");
            proxies.begin();
            mover.call("SET", moving, "before");
            proxies.own(SlotOwnership.HELD);
            mover.send("APPEND", moving, ", after");

            assertThat(text(stayer.call("SET", staying, "served"))).isEqualTo("OK");
            assertThat(text(stayer.call("GET", staying))).isEqualTo("served");

            proxies.own(SlotOwnership.LOCAL);
            assertThat(text(mover.receive())).isEqualTo("13");
        }
    }

    private static void awaitProgress(List<Counter> counters) {
        List<Long> before = counters.stream().map(counter -> counter.counted).toList();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            for (int i = 0; i < counters.size(); i++) {
                if (counters.get(i).isAlive() && counters.get(i).counted < before.get(i) + 200) {
                    return false;
                }
            }
            return true;
        });
    }

    private static String keyIn(SlotRanges slots, String prefix) {
        for (int i = 0; ; i++) {
            String key = prefix + "-" + i;
            if (slots.contains(Slot.of(key))) {
                return key;
            }
        }
    }

    /** Counts, with many commands on the way at any time: each reply says when its command was executed. */
    private static final class Counter extends Thread {
        private static final int BATCH = 50;

        /** How many batches are on the way. */
        private static final int AHEAD = 10;

        private final String key;
        private final RespConnection connection;
        private volatile long counted;
        private volatile boolean ending;
        private volatile long outOfOrder;
        private volatile String wrong = "";

        Counter(String key, RespConnection connection) {
            super("counter-" + key);
            this.key = key;
            this.connection = connection;
        }

        @Override
        public void run() {
            long sent = 0;
            long received = 0;
            while (!ending) {
                while (sent < received + AHEAD * BATCH) {
                    sent = send(sent);
                }
                received = receive(received);
            }
            while (received < sent) {
                received = receive(received);
            }
        }

        private long send(long sent) {
            ByteBuf batch = Unpooled.buffer();
            for (int i = 1; i <= BATCH; i++) {
                RespWriter.command(batch, List.of("INCR", key));
            }
            connection.sendBytes(batch);
            return sent + BATCH;
        }

        private long receive(long received) {
            for (int i = 1; i <= BATCH; i++) {
                RespValue reply = connection.receive();
                if (!reply.equals(new RespValue.Int(received + i))) {
                    outOfOrder = outOfOrder + 1;
                    wrong = reply + " instead of " + (received + i);
                }
            }
            counted = received + BATCH;
            return received + BATCH;
        }

        void check() {
            assertThat(outOfOrder).as("%s: %s", key, wrong).isZero();
            assertThat(text(connection.call("GET", key))).isEqualTo(Long.toString(counted));
            connection.close();
        }
    }
}
