package io.undermoon.coordinator.job;

import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Liveness: down when a loop has not ended a round for so long that only a restart will help. */
final class LoopLiveness implements HealthCheck {
    /** Well above the duration of a round with all its time-outs. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Heartbeat heartbeat;

    LoopLiveness(Heartbeat heartbeat) {
        this.heartbeat = heartbeat;
    }

    @Override
    public HealthCheckResponse call() {
        List<String> silent = heartbeat.silentFor(LIMIT);
        return HealthCheckResponse.named("loops")
                .status(silent.isEmpty())
                .withData("stuck", String.join(",", silent))
                .build();
    }
}
