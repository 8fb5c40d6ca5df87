package io.undermoon.coordinator.testing;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource.CommitOutcome;
import io.undermoon.coordinator.port.ProxyControl.PushOutcome;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records the events of the loops as text. */
public final class RecordingMetrics implements LoopMetrics {
    private final List<String> entries = new CopyOnWriteArrayList<>();

    public List<String> entries() {
        return entries;
    }

    @Override
    public void probeFailed(RespClientException.Reason reason) {
        entries.add("probe " + reason);
    }

    @Override
    public void failureReported() {
        entries.add("reported");
    }

    @Override
    public void pushed(PushOutcome outcome) {
        entries.add("pushed " + outcome);
    }

    @Override
    public void pushFailed() {
        entries.add("push failed");
    }

    @Override
    public void committed(CommitOutcome outcome) {
        entries.add("commit " + outcome);
    }

    @Override
    public void migrationAborted() {
        entries.add("migration aborted");
    }

    @Override
    public void failedOver() {
        entries.add("failed over");
    }

    @Override
    public void failoverPostponed() {
        entries.add("failover postponed");
    }

    @Override
    public void epochsRecovered() {
        entries.add("recovered");
    }
}
