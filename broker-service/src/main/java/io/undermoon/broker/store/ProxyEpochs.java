package io.undermoon.broker.store;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A port to proxies: asks for their epochs. */
@FunctionalInterface
public interface ProxyEpochs {
    /**
     * Asks all proxies in parallel, with a time limit. The answer has every proxy as a key, with an empty value if it
     * did not answer.
     */
    CompletionStage<Map<ProxyAddress, Optional<Epoch>>> ask(Collection<ProxyAddress> proxies);
}
