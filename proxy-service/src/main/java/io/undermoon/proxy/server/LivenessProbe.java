package io.undermoon.proxy.server;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Up while every event loop runs a task within a second. */
@Liveness
@ApplicationScoped
public class LivenessProbe implements HealthCheck {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final ProxyService service;

    @Inject
    LivenessProbe(ProxyService service) {
        this.service = service;
    }

    @Override
    public HealthCheckResponse call() {
        boolean alive = service.server()
                .map(server -> server.dataPlane().isAlive(LIMIT))
                .orElse(true);
        return HealthCheckResponse.named("event loops").status(alive).build();
    }
}
