package io.undermoon.coordinator.sync;

import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Detects a broker that lost changes, and repairs it.
 *
 * <p>Proxies ignore metadata that is older than theirs, so the pushes of a broker that was restored from an old copy
 * have no effect. When proxies are ahead of the broker for {@value #ROUNDS} rounds in a row, the broker is asked to
 * learn from them what it has lost, and to raise its epochs above theirs; it refuses where it cannot know. The pause
 * between two repairs grows: two brokers that share a proxy must not raise each other's epochs
 * without end. Used by one thread at a time.
 */
final class StaleBrokerRecovery {
    static final int ROUNDS = 5;

    private static final Logger LOG = Logger.getLogger(StaleBrokerRecovery.class);
    private static final String ONLY_KEY = "recovery";

    private final MetadataSource source;
    private final LoopMetrics metrics;
    private final boolean enabled;
    private final Backoff<String> pause;
    private int rounds;

    StaleBrokerRecovery(MetadataSource source, LoopMetrics metrics, boolean enabled, LongSupplier nanoClock) {
        this.source = source;
        this.metrics = metrics;
        this.enabled = enabled;
        this.pause = new Backoff<>(Duration.ofSeconds(30), Duration.ofMinutes(10), nanoClock);
    }

    /**
     * Called once per round.
     *
     * @param ahead the proxies whose epoch is higher than the broker's, with their epochs
     * @param wanted the broker's epoch of each proxy, read after the proxies answered
     */
    void observe(Map<ProxyAddress, Epoch> ahead, Map<ProxyAddress, Epoch> wanted) {
        if (ahead.isEmpty()) {
            rounds = 0;
            return;
        }
        rounds++;
        if (rounds == 1) {
            warn(ahead, wanted);
        }
        if (enabled && rounds >= ROUNDS && pause.ready(ONLY_KEY)) {
            recover();
        }
    }

    private void warn(Map<ProxyAddress, Epoch> ahead, Map<ProxyAddress, Epoch> wanted) {
        Map.Entry<ProxyAddress, Epoch> one = ahead.entrySet().iterator().next();
        LOG.warnf(
                "The broker is behind its proxies, it must have lost changes:"
                        + " proxies=%d epoch=%s proxy=%s proxy_epoch=%s: %s",
                ahead.size(),
                wanted.get(one.getKey()),
                one.getKey(),
                one.getValue(),
                enabled
                        ? "its epochs will be raised if this lasts"
                        : "call PUT /api/v3/epoch/recovery on the right broker (recover_epochs is off)");
    }

    private void recover() {
        rounds = 0;
        pause.failed(ONLY_KEY);
        List<ProxyAddress> unanswered;
        try {
            unanswered = source.recoverEpochs();
        } catch (BrokerException e) {
            LOG.warnf("Epochs of the broker not raised, an operator has to decide: reason=%s", e.getMessage());
            return;
        }
        metrics.epochsRecovered();
        if (unanswered.isEmpty()) {
            LOG.warn("Epochs of the broker raised above those of the proxies");
        } else {
            LOG.warnf(
                    "Epochs of the broker raised above those of the proxies that answered: unanswered=%s", unanswered);
        }
    }
}
