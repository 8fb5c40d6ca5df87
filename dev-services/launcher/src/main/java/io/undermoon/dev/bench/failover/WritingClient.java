package io.undermoon.dev.bench.failover;

import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Observer;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Topology;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.Slot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes one key again and again, on a thread of its own, as a cluster client does, and never a command twice. After an
 * error it asks for the nodes anew, as clients do that take {@code CLUSTERDOWN} for a sign of a failover.
 */
final class WritingClient implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofMillis(200);

    private static final Duration LEAST_REFRESH = Duration.ofMillis(100);

    private final String key;
    private final Duration pause;
    private final Topology topology;
    private final ClusterClient client;
    private final Thread thread = new Thread(this::write, "writing-client");

    /** Absent while nothing is measured. */
    private volatile @Nullable Outage outage;

    private volatile boolean isClosed;

    /** What is seen of one fault. Written by the thread of the client, but for the time at which it had happened. */
    static final class Outage {
        private final long start = System.nanoTime();
        private volatile long happened;
        private volatile long end;
        private volatile long longest;
        private long last = start;
        private final AtomicInteger errors = new AtomicInteger();
        private final boolean isPlanned;

        private Outage(boolean isPlanned) {
            this.isPlanned = isPlanned;
        }

        /** From here on a write is one after the fault. */
        void hasHappened() {
            happened = System.nanoTime();
        }

        /** Whether a write that began after the fault was acknowledged. */
        boolean isOver() {
            return end != 0;
        }

        /** From the fault to that write. */
        long millis() {
            return TimeUnit.NANOSECONDS.toMillis(end - start);
        }

        /** The longest time between two acknowledged writes. */
        long longestMillis() {
            return TimeUnit.NANOSECONDS.toMillis(longest);
        }

        /** Writes that were refused or lost with their connection: until it was over; of a planned one all. */
        int errors() {
            return errors.get();
        }

        private void note(long writeBegan, boolean isAcknowledged) {
            if (isOver() && !isPlanned) {
                return;
            }
            if (!isAcknowledged) {
                errors.incrementAndGet();
                return;
            }
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
            if (!isOver() && happened != 0 && writeBegan > happened) {
                end = now;
            }
        }
    }

    /**
     * Begins to write.
     *
     * @param slot of the key
     * @param pause between two writes
     */
    WritingClient(List<HostPort> seeds, int slot, Duration pause) {
        ClientSettings settings = new ClientSettings(seeds, null, TIMEOUT, true);
        this.key = keyIn(slot);
        this.pause = pause;
        this.topology = Topology.discover(settings);
        this.client = new ClusterClient(settings, topology, Observer.NONE, 0);
        thread.setDaemon(true);
        thread.start();
    }

    private static String keyIn(int slot) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "bench:failover:" + i)
                .filter(key -> Slot.of(key) == slot)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Begins to observe; what is seen is in the result.
     *
     * @param isPlanned whether there should be no outage at all
     */
    Outage observe(boolean isPlanned) {
        Outage now = new Outage(isPlanned);
        outage = now;
        return now;
    }

    private void write() {
        long number = 0;
        long refreshed = System.nanoTime();
        try {
            while (!isClosed) {
                long start = System.nanoTime();
                Outcome outcome = client.call(key, Command.of("SET", key, number++));
                boolean isAcknowledged = outcome instanceof Outcome.Acknowledged;
                Outage now = outage;
                if (now != null) {
                    now.note(start, isAcknowledged);
                }
                if (!isAcknowledged && System.nanoTime() - refreshed > LEAST_REFRESH.toNanos()) {
                    topology.refresh();
                    refreshed = System.nanoTime();
                }
                Await.pause(pause);
            }
        } catch (CancellationException e) {
            // The client is closed.
        } finally {
            client.close();
        }
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
    }
}
