package io.undermoon.broker.observe;

import io.undermoon.metadata.ProxyAddress;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Asks proxies how they are. */
public interface ProxyProbe {
    /**
     * Asks a proxy for its state. Not to be called again for it before the answer.
     *
     * @return its answer, or a failure whose message says why there is none
     */
    CompletionStage<ProxyAnswer> state(ProxyAddress proxy);

    /** As {@link #state}, for its figures, for which it asks its nodes. A failure says nothing about its state. */
    CompletionStage<Figures> figures(ProxyAddress proxy);

    /** Forgets all proxies but these, which are those that are registered. */
    void retain(Set<ProxyAddress> proxies);
}
