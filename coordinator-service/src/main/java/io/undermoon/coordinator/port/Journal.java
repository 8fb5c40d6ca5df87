package io.undermoon.coordinator.port;

import io.undermoon.client.RespClientException;

/** What the loops did, for whoever counts it. Called from many threads. */
public interface Journal {
    void probeFailed(RespClientException.Reason reason);

    void failureReported();

    void pushed(ProxyControl.PushOutcome outcome);

    void pushFailed();

    void committed(MetadataSource.CommitOutcome outcome);

    /** A migration that its source had given up was taken back at the broker. */
    void migrationAborted();

    void failedOver();

    /** A failover the broker could not complete yet. */
    void failoverPostponed();

    void epochsRecovered();
}
