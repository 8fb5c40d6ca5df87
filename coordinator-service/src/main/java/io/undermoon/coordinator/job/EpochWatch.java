package io.undermoon.coordinator.job;

import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.metadata.Epoch;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Waits for changes at the broker on a thread of its own and starts a round of synchronisation for each. What it misses, while
 * no broker answers or the broker has no change feed, the regular rounds find.
 */
final class EpochWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EpochWatch.class);
    /** Lets a burst of changes become one round. */
    private static final Duration AFTER_CHANGE = Duration.ofMillis(20);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration WITHOUT_FEED = Duration.ofSeconds(30);

    private final MetadataSource source;
    private final Runnable onChange;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::watch, "epoch-watch");
    private Epoch known = Epoch.ZERO;

    EpochWatch(MetadataSource source, Runnable onChange) {
        this.source = source;
        this.onChange = onChange;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        stopped.countDown();
        thread.interrupt();
    }

    private void watch() {
        try {
            Duration pause = Duration.ZERO;
            while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = step();
            }
        } catch (InterruptedException e) {
            LOG.debug("epoch watch ends");
        }
    }

    /** One wait; returns how long to pause before the next. */
    private Duration step() {
        try {
            Optional<Epoch> epoch = source.awaitEpochOtherThan(known);
            if (epoch.isEmpty()) {
                LOG.debug("the broker has no change feed");
                return WITHOUT_FEED;
            }
            if (epoch.get().equals(known)) {
                return Duration.ZERO;
            }
            known = epoch.get();
            onChange.run();
            return AFTER_CHANGE;
        } catch (BrokerException e) {
            LOG.debugf("watching failed: %s", e.getMessage());
            return AFTER_FAILURE;
        } catch (RuntimeException e) {
            LOG.error("watching failed unexpectedly", e);
            return AFTER_FAILURE;
        }
    }
}
