package io.undermoon.coordinator.job;

import io.undermoon.coordinator.port.BrokerException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Runs rounds so that a failing one ends nothing but itself. A broker that does not answer is told once, not every second.
 * Thread-safe.
 */
final class RoundRunner {
    private static final Logger LOG = Logger.getLogger(RoundRunner.class);

    private final MicrometerMetrics metrics;
    private final Heartbeat heartbeat;
    private final LongSupplier nanoClock;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    RoundRunner(MicrometerMetrics metrics, Heartbeat heartbeat, LongSupplier nanoClock) {
        this.metrics = metrics;
        this.heartbeat = heartbeat;
        this.nanoClock = nanoClock;
    }

    /** One round of a loop. */
    void run(String loop, Runnable round) {
        long start = nanoClock.getAsLong();
        boolean success = false;
        try {
            round.run();
            success = true;
            if (failing.remove(loop)) {
                LOG.infof("rounds succeed again loop=%s", loop);
            }
        } catch (BrokerException e) {
            if (failing.add(loop)) {
                LOG.warnf("rounds fail until a broker can be asked loop=%s: %s", loop, e.getMessage());
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "a round failed unexpectedly loop=%s", loop);
        } finally {
            metrics.round(loop, success, Duration.ofNanos(nanoClock.getAsLong() - start));
            heartbeat.beat(loop);
        }
    }
}
