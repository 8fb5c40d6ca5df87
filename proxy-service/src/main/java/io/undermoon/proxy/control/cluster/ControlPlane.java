package io.undermoon.proxy.control.cluster;

import io.undermoon.metadata.ProxyAddress;
import java.util.concurrent.CompletionStage;

/** What the control plane does and knows beyond the metadata. Thread-safe. */
public interface ControlPlane {
    /**
     * Asks that the replicas of a proxy's masters take over.
     *
     * @param force also if the proxy is down
     * @return completes when the new roles are stored, before the proxies know them; fails with an {@link
     *     io.undermoon.proxy.control.ErrorReplyException} if they are refused
     */
    CompletionStage<Void> takeOverFrom(ProxyAddress master, boolean force);

    /** Which proxies of the cluster do not work, as far as it is known. */
    FailingProxies failing();
}
