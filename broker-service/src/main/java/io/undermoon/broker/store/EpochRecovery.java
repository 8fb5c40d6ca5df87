package io.undermoon.broker.store;

import io.undermoon.broker.plan.Epochs;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * Recovery of a broker that started with older metadata: raises its epochs above those of the proxies, so that they
 * accept its metadata again.
 */
public final class EpochRecovery {
    private static final Logger LOG = Logger.getLogger(EpochRecovery.class);

    private final MetadataWriter metadata;
    private final ProxyEpochs proxyEpochs;
    private final Executor executor;

    /**
     * @param executor runs what blocks
     */
    public EpochRecovery(MetadataWriter metadata, ProxyEpochs proxyEpochs, Executor executor) {
        this.metadata = metadata;
        this.proxyEpochs = proxyEpochs;
        this.executor = executor;
    }

    /**
     * Returns the proxies that did not answer with a possible epoch. If one of them has a higher epoch, another
     * recovery is needed.
     */
    public CompletionStage<List<ProxyAddress>> recover() {
        return proxyEpochs.ask(metadata.state().allProxies().keySet()).thenApplyAsync(this::lift, executor);
    }

    private List<ProxyAddress> lift(Map<ProxyAddress, Optional<Epoch>> answers) {
        Epoch highest = answers.values().stream()
                .flatMap(Optional::stream)
                .filter(EpochRecovery::isPossible)
                .max(Comparator.naturalOrder())
                .orElse(Epoch.ZERO);
        metadata.change((state, context) -> Epochs.recover(state, highest));
        LOG.infof(
                "Epochs recovered: epoch=%s highest_proxy_epoch=%s",
                metadata.state().globalEpoch(), highest);
        return answers.entrySet().stream()
                .filter(answer ->
                        answer.getValue().filter(EpochRecovery::isPossible).isEmpty())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** No broker gives higher ones; whoever has one would take all others with it. */
    private static boolean isPossible(Epoch epoch) {
        return !epoch.isAfter(Epochs.HIGHEST);
    }
}
