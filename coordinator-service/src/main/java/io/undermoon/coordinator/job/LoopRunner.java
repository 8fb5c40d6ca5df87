package io.undermoon.coordinator.job;

import io.undermoon.coordinator.port.BrokerException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Runs the rounds of the loops: logs, times and counts each, and catches what it throws. While no broker answers, a
 * loop logs one warning, not one per round. Thread-safe.
 */
final class LoopRunner {
    private static final Logger LOG = Logger.getLogger(LoopRunner.class);

    private final MicrometerMetrics metrics;
    private final Heartbeat heartbeat;
    private final LongSupplier nanoClock;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    LoopRunner(MicrometerMetrics metrics, Heartbeat heartbeat, LongSupplier nanoClock) {
        this.metrics = metrics;
        this.heartbeat = heartbeat;
        this.nanoClock = nanoClock;
    }

    void run(String loop, Runnable round) {
        long start = nanoClock.getAsLong();
        boolean success = false;
        try {
            round.run();
            success = true;
            if (failing.remove(loop)) {
                LOG.infof("Rounds succeed again: loop=%s", loop);
            }
        } catch (BrokerException e) {
            if (failing.add(loop)) {
                LOG.warnf("Rounds fail until a broker answers: loop=%s reason=%s", loop, e.getMessage());
            }
        } catch (RuntimeException e) {
            LOG.errorf(e, "Round failed unexpectedly: loop=%s", loop);
        } finally {
            metrics.round(loop, success, Duration.ofNanos(nanoClock.getAsLong() - start));
            heartbeat.beat(loop);
        }
    }
}
