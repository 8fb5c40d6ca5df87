package io.undermoon.broker.store;

import io.undermoon.broker.plan.ProxyReport;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A port to proxies: asks what metadata they have. */
@FunctionalInterface
public interface ProxyReports {
    /**
     * Asks all proxies in parallel, with a time limit. The answer has every proxy as a key, with an empty value if it
     * did not answer.
     */
    CompletionStage<Map<ProxyAddress, Optional<ProxyReport>>> ask(Collection<ProxyAddress> proxies);
}
