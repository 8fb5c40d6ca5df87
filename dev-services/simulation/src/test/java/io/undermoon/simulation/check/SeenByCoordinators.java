package io.undermoon.simulation.check;

import io.undermoon.client.RespClientException.Reason;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource.CommitOutcome;
import io.undermoon.coordinator.port.ProxyControl.PushOutcome;

/** Notes what coordinators count. */
public final class SeenByCoordinators implements LoopMetrics {
    private final Checks checks;

    public SeenByCoordinators(Checks checks) {
        this.checks = checks;
    }

    @Override
    public void probeFailed(Reason reason) {}

    @Override
    public void failureReported() {}

    @Override
    public void pushed(PushOutcome outcome) {
        if (outcome == PushOutcome.OLD_EPOCH) {
            checks.sometimes(Sometimes.PUSH_WAS_LATE);
        }
    }

    @Override
    public void pushFailed() {}

    @Override
    public void committed(CommitOutcome outcome) {}

    @Override
    public void migrationAborted() {}

    @Override
    public void failedOver() {}

    @Override
    public void failoverPostponed() {}

    @Override
    public void epochsRecovered() {}
}
