package io.undermoon.coordinator.broker;

import io.undermoon.client.BrokerOrder;
import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.BrokerDirectory;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Which broker to ask: the one that answered last, as long as it answers; else the others, those that are known to be
 * in trouble last of all. Thread-safe.
 */
public final class BrokerList implements BrokerDirectory, BrokerOrder {
    private static final Logger LOG = Logger.getLogger(BrokerList.class);

    private final LongSupplier nanoClock;
    private final Backoff<HostPort> trouble;
    private List<HostPort> brokers;
    private HostPort preferred;
    private @Nullable Long lastAnswerNanos;

    /**
     * @param brokers at least one
     * @param nanoClock as {@link System#nanoTime}
     */
    public BrokerList(List<HostPort> brokers, LongSupplier nanoClock) {
        this.brokers = checked(brokers);
        this.preferred = this.brokers.get(0);
        this.nanoClock = nanoClock;
        this.trouble = new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(30), nanoClock);
    }

    @Override
    public synchronized List<HostPort> brokers() {
        return brokers;
    }

    @Override
    public synchronized void replace(List<HostPort> newBrokers) {
        brokers = checked(newBrokers);
        trouble.retain(brokers);
        if (!brokers.contains(preferred)) {
            preferred = brokers.get(0);
        }
        LOG.infof("Brokers replaced: brokers=%s", brokers);
    }

    /** All brokers in the order in which to try them. None is left out: with all in trouble, one must be tried. */
    @Override
    public synchronized List<HostPort> candidates() {
        List<HostPort> order = new ArrayList<>(brokers);
        order.sort(Comparator.comparing((HostPort broker) -> trouble.failing(broker))
                .thenComparing(trouble::left)
                .thenComparing(broker -> !broker.equals(preferred)));
        return order;
    }

    @Override
    public synchronized void answered(HostPort broker) {
        lastAnswerNanos = nanoClock.getAsLong();
        boolean recovered = trouble.succeeded(broker);
        if (!broker.equals(preferred) && brokers.contains(broker)) {
            LOG.infof("Another broker is used now: broker=%s former_broker=%s", broker, preferred);
            preferred = broker;
        } else if (recovered) {
            LOG.infof("Broker answers again: broker=%s", broker);
        }
    }

    @Override
    public synchronized void failed(HostPort broker, String reason) {
        if (trouble.failed(broker)) {
            LOG.warnf("Broker does not answer: broker=%s reason=%s", broker, reason);
        }
    }

    /** How long ago a broker answered; empty if none has yet. */
    public synchronized OptionalLong nanosSinceAnswer() {
        return lastAnswerNanos == null
                ? OptionalLong.empty()
                : OptionalLong.of(nanoClock.getAsLong() - lastAnswerNanos);
    }

    private static List<HostPort> checked(List<HostPort> brokers) {
        if (brokers.isEmpty()) {
            throw new IllegalArgumentException("the list of brokers is empty");
        }
        return List.copyOf(new LinkedHashSet<>(brokers));
    }
}
