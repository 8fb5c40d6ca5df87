package io.undermoon.proxy.control.cluster;

import io.undermoon.metadata.ProxyAddress;
import java.util.concurrent.CompletionStage;

/** Asks for changes of roles, which the control plane decides about. Thread-safe. */
@FunctionalInterface
public interface FailoverRequests {
    /**
     * Asks that the replicas of a proxy's masters take over.
     *
     * @param force also if the proxy is down
     * @return completes when the new roles are stored, before the proxies know them; fails with an {@link
     *     io.undermoon.proxy.control.ErrorReplyException} if they are refused
     */
    CompletionStage<Void> takeOverFrom(ProxyAddress master, boolean force);
}
