package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/**
 * A client that increments keys in many slots during failovers. It follows {@code MOVED}, counts refused increments as
 * not executed, and counts the increments of unknown outcome.
 */
final class CountingWriter extends Thread {
    private static final int KEYS = 60;
    private static final int MAX_HOPS = 4;

    private final int number;
    private final IntSupplier entry;
    private final long[] acknowledged = new long[KEYS];
    private final long[] unknown = new long[KEYS];
    private final AtomicLong done = new AtomicLong();
    private RespConnection connection;
    private int port;
    private volatile boolean ending;

    /** @param entry supplies the port of a proxy for the first connection and after each lost one */
    CountingWriter(int number, IntSupplier entry) {
        super("counter-" + number);
        this.number = number;
        this.entry = entry;
        this.port = entry.getAsInt();
        this.connection = RespConnection.to(port);
    }

    long acknowledged() {
        return done.get();
    }

    /** Ends the thread; its counts may be read afterwards. */
    void end() throws InterruptedException {
        ending = true;
        join();
        connection.close();
    }

    @Override
    public void run() {
        while (!ending) {
            for (int i = 0; i < KEYS; i++) {
                increment(i);
            }
        }
    }

    private void increment(int i) {
        for (int hop = 0; hop < MAX_HOPS; hop++) {
            RespValue reply;
            try {
                reply = connection.call("INCR", key(i));
            } catch (UncheckedIOException e) {
                unknown[i]++;
                connect(entry.getAsInt());
                return;
            }
            String text = text(reply);
            if (!(reply instanceof RespValue.Failure)) {
                acknowledged[i]++;
                done.incrementAndGet();
                return;
            }
            if (!text.startsWith("MOVED ")) {
                boolean refused = text.startsWith("CLUSTERDOWN") || text.startsWith("TRYAGAIN");
                unknown[i] += refused ? 0 : 1;
                connect(entry.getAsInt());
                return;
            }
            connect(Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)));
        }
    }

    private void connect(int next) {
        connection.close();
        connection = RespConnection.to(next);
        port = next;
    }

    private String key(int i) {
        return "count-" + number + "-" + i;
    }

    /**
     * The differences between the present values and the acknowledged increments.
     *
     * @param keys selects the keys that must not lose increments
     */
    List<String> problems(Map<String, Long> found, Predicate<String> keys) {
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            long present = found.getOrDefault(key(i), 0L);
            boolean explained = present >= acknowledged[i] && present <= acknowledged[i] + unknown[i];
            if (keys.test(key(i)) && !explained) {
                problems.add(key(i) + " is " + present + " after " + acknowledged[i] + " acknowledged and " + unknown[i]
                        + " unknown increments");
            }
        }
        return problems;
    }
}
