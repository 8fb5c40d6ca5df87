package io.undermoon.coordinator.port;

import io.undermoon.client.RespClientException;

/** Counters of what the loops do. Thread-safe. */
public interface LoopMetrics {
    void probeFailed(RespClientException.Reason reason);

    void failureReported();

    void pushed(ProxyControl.PushOutcome outcome);

    void pushFailed();

    void committed(MetadataSource.CommitOutcome outcome);

    /** A migration that its source had aborted was aborted at the broker too. */
    void migrationAborted();

    void failedOver();

    /** The broker could not complete a failover yet. */
    void failoverPostponed();

    void epochsRecovered();
}
