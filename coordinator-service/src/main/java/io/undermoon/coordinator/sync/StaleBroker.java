package io.undermoon.coordinator.sync;

import io.undermoon.coordinator.port.Backoff;
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
 * Notices a broker that lost changes and heals it.
 *
 * <p>Proxies ignore metadata that is older than what they have, so a broker restored from an old copy would not be heard any
 * more. When proxies are ahead of the broker for {@value #ROUNDS} rounds in a row, its epochs are lifted above theirs. Pauses
 * between two healings grow: two brokers that fight over a proxy must not drive each other's epochs without end.
 * Used by one thread at a time.
 */
final class StaleBroker {
    static final int ROUNDS = 5;

    private static final Logger LOG = Logger.getLogger(StaleBroker.class);
    private static final String ONLY_KEY = "recovery";

    private final MetadataSource source;
    private final LoopMetrics metrics;
    private final boolean heal;
    private final Backoff<String> pause;
    private int rounds;

    StaleBroker(MetadataSource source, LoopMetrics metrics, boolean heal, LongSupplier nanoClock) {
        this.source = source;
        this.metrics = metrics;
        this.heal = heal;
        this.pause = new Backoff<>(Duration.ofSeconds(30), Duration.ofMinutes(10), nanoClock);
    }

    /**
     * @param ahead the proxies whose epoch is higher than the one the broker wants them to have
     * @param wanted what the broker wants, asked after the proxies answered
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
        if (heal && rounds >= ROUNDS && pause.ready(ONLY_KEY)) {
            recover();
        }
    }

    private void warn(Map<ProxyAddress, Epoch> ahead, Map<ProxyAddress, Epoch> wanted) {
        Map.Entry<ProxyAddress, Epoch> one = ahead.entrySet().iterator().next();
        LOG.warnf(
                "the broker is behind %d proxies, it must have lost changes epoch=%s proxy=%s has %s: %s",
                ahead.size(),
                wanted.get(one.getKey()),
                one.getKey(),
                one.getValue(),
                heal
                        ? "its epochs will be lifted if this lasts"
                        : "call PUT /api/v3/epoch/recovery on the right broker (recover_epochs is off)");
    }

    private void recover() {
        rounds = 0;
        pause.failed(ONLY_KEY);
        List<ProxyAddress> notAsked = source.recoverEpochs();
        metrics.epochsRecovered();
        if (notAsked.isEmpty()) {
            LOG.warn("the epochs of the broker were lifted above those of the proxies");
        } else {
            LOG.warnf(
                    "the epochs of the broker were lifted above those of the proxies, but these could not be asked: %s",
                    notAsked);
        }
    }
}
