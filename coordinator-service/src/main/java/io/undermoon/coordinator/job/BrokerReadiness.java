package io.undermoon.coordinator.job;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** Readiness: up while a broker has answered lately, without which a coordinator can do nothing. */
final class BrokerReadiness implements HealthCheck {
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final Supplier<OptionalLong> nanosSinceAnswer;

    /**
     * @param nanosSinceAnswer empty if no broker has answered yet
     */
    BrokerReadiness(Supplier<OptionalLong> nanosSinceAnswer) {
        this.nanosSinceAnswer = nanosSinceAnswer;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("broker");
        OptionalLong nanos = nanosSinceAnswer.get();
        if (nanos.isEmpty()) {
            return response.down()
                    .withData("reason", "no broker has answered yet")
                    .build();
        }
        return response.status(nanos.getAsLong() <= LIMIT.toNanos())
                .withData(
                        "millis_since_answer",
                        Duration.ofNanos(nanos.getAsLong()).toMillis())
                .build();
    }
}
