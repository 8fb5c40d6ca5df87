package io.undermoon.coordinator.port;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.Optional;

/**
 * What coordinators have seen of proxies and replicas, which the broker counts and keeps. Every method returns within a
 * bounded time and throws {@link BrokerException} when no broker answers or the reply cannot be used.
 */
public interface FailureLedger {
    /** Reports a proxy as failed in the name of this coordinator. Reports expire unless they are renewed. */
    void report(ProxyAddress proxy);

    /** Withdraws what this coordinator has reported of a proxy; no effect if the broker does not have this path. */
    void withdraw(ProxyAddress proxy);

    /** Says that this coordinator is alive, which counts for some seconds; no effect if the broker cannot count. */
    void register();

    /**
     * Says which replicas are in sync with their masters.
     *
     * @return the reports that are about other metadata than the broker's, and changed nothing
     */
    List<ReplicaReport> reportReplicas(List<ReplicaReport> reports);

    /**
     * What was seen of a replica.
     *
     * @param epoch of the metadata that its proxy had then
     */
    record ReplicaReport(
            ProxyAddress proxyAddress,
            NodeAddress nodeAddress,
            NodeAddress masterAddress,
            Epoch epoch,
            boolean inSync) {}

    /** The proxies whose failure reached the quorum. */
    List<ProxyAddress> agreedFailures();

    /** Takes a proxy out of service: the other half of its chunk takes over, a free proxy replaces it. */
    Outcome failOver(ProxyAddress proxy);

    /** The result of {@link #failOver}. */
    sealed interface Outcome {
        /** @param replacement empty if the proxy was free, or cannot be replaced in this kind of cluster */
        record TakenOver(Optional<Proxy> replacement) implements Outcome {}

        /** The other half may have taken over, but the repair is not complete; to be retried. */
        record Retry(String reason) implements Outcome {}

        /** The proxy is not registered any more. */
        record Unknown() implements Outcome {}
    }
}
