package io.undermoon.dev.bench.failover;

import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Observer;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Topology;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.Slot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes one key again and again, on a thread of its own, as a cluster client does, and never a command twice. After an
 * error it asks for the nodes anew, as clients do that take {@code CLUSTERDOWN} for a sign of a failover.
 */
final class WritingClient implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofMillis(200);

    private static final String KEY = "bench:failover";
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration LEAST_REFRESH = Duration.ofMillis(100);

    private final Topology topology;
    private final ClusterClient client;
    private final Thread thread = new Thread(this::write, "writing-client");

    /** Absent while nothing is measured. */
    private volatile @Nullable Outage outage;

    private volatile boolean isClosed;

    /**
     * What the client saw.
     *
     * @param millis from the fault to the first write after it that was acknowledged
     * @param errors writes in between that were refused, or lost with their connection
     */
    record Seen(long millis, int errors) {}

    /** What is measured at present. */
    private static final class Outage {
        final long start = System.nanoTime();
        volatile long happened;
        volatile long end;
        final AtomicInteger errors = new AtomicInteger();
    }

    WritingClient(List<HostPort> seeds) {
        ClientSettings settings = new ClientSettings(seeds, null, TIMEOUT, true);
        this.topology = Topology.discover(settings);
        this.client = new ClusterClient(settings, topology, Observer.NONE, 0);
        thread.setDaemon(true);
        thread.start();
    }

    static int slot() {
        return Slot.of(KEY);
    }

    /**
     * Lets a fault happen and waits for the first write that begins after it and is acknowledged.
     *
     * @throws LaunchException if there is none within a minute
     */
    Seen measure(Runnable fault) {
        Outage now = new Outage();
        outage = now;
        fault.run();
        now.happened = System.nanoTime();
        while (now.end == 0) {
            if (System.nanoTime() - now.start > LIMIT.toNanos()) {
                throw new LaunchException("no write was acknowledged within " + LIMIT.toSeconds() + " s");
            }
            Await.pause(PAUSE);
        }
        outage = null;
        return new Seen(Duration.ofNanos(now.end - now.start).toMillis(), now.errors.get());
    }

    private void write() {
        long number = 0;
        long refreshed = System.nanoTime();
        try {
            while (!isClosed) {
                long start = System.nanoTime();
                Outcome outcome = client.call(KEY, Command.of("SET", KEY, number++));
                boolean isAcknowledged = outcome instanceof Outcome.Acknowledged;
                note(start, isAcknowledged);
                if (!isAcknowledged && System.nanoTime() - refreshed > LEAST_REFRESH.toNanos()) {
                    topology.refresh();
                    refreshed = System.nanoTime();
                }
                Await.pause(PAUSE);
            }
        } catch (CancellationException e) {
            // The client is closed.
        } finally {
            client.close();
        }
    }

    private void note(long start, boolean isAcknowledged) {
        Outage now = outage;
        if (now == null || now.end != 0) {
            return;
        }
        if (!isAcknowledged) {
            now.errors.incrementAndGet();
        } else if (now.happened != 0 && start > now.happened) {
            now.end = System.nanoTime();
        }
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
    }
}
