package io.undermoon.coordinator.job;

import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.metadata.Epoch;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Waits for changes of the broker's epoch on its own thread and runs a callback for each. Changes that it misses, while
 * no broker answers or the broker has no change feed, are found by the regular rounds.
 */
final class EpochWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EpochWatch.class);
    /** Combines a burst of changes into one round. */
    private static final Duration AFTER_CHANGE = Duration.ofMillis(20);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration WITHOUT_FEED = Duration.ofSeconds(30);

    private final MetadataSource source;
    private final Runnable onChange;
    private final RepeatedStep thread = new RepeatedStep("epoch-watch", this::step);
    private Epoch known = Epoch.ZERO;

    EpochWatch(MetadataSource source, Runnable onChange) {
        this.source = source;
        this.onChange = onChange;
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.close();
    }

    /** Waits for one change; returns the pause before the next wait. */
    private Duration step() {
        try {
            Optional<Epoch> epoch = source.awaitEpochOtherThan(known);
            if (epoch.isEmpty()) {
                LOG.debug("The broker has no change feed");
                return WITHOUT_FEED;
            }
            if (epoch.get().equals(known)) {
                return Duration.ZERO;
            }
            known = epoch.get();
            onChange.run();
            return AFTER_CHANGE;
        } catch (BrokerException e) {
            LOG.debugf("Epoch watch failed: reason=%s", e.getMessage());
            return AFTER_FAILURE;
        } catch (RuntimeException e) {
            LOG.error("Epoch watch failed unexpectedly", e);
            return AFTER_FAILURE;
        }
    }
}
