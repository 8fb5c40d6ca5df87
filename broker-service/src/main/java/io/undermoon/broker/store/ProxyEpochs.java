package io.undermoon.broker.store;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Asks proxies which epoch they have. */
@FunctionalInterface
public interface ProxyEpochs {
    /**
     * Asks all of them at the same time, within a time limit of its own. Every proxy is in the answer, with nothing when it
     * could not be asked.
     */
    CompletionStage<Map<ProxyAddress, Optional<Epoch>>> ask(Collection<ProxyAddress> proxies);
}
