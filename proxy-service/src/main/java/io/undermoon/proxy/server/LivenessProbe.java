package io.undermoon.proxy.server;

import io.netty.util.concurrent.Future;
import io.undermoon.proxy.backend.NodeConnections;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Up while every event loop runs a task within a second. */
@Liveness
@ApplicationScoped
public class LivenessProbe implements HealthCheck {
    private static final long LIMIT_MILLIS = 1000;

    private final ProxyService service;

    @Inject
    LivenessProbe(ProxyService service) {
        this.service = service;
    }

    @Override
    public HealthCheckResponse call() {
        boolean alive = service.server().map(LivenessProbe::respond).orElse(true);
        return HealthCheckResponse.named("event loops").status(alive).build();
    }

    private static boolean respond(ProxyServer server) {
        List<NodeConnections> connections = new ArrayList<>(server.dataPlane().connections());
        connections.add(server.dataPlane().controlConnections());
        List<Future<?>> tasks = new ArrayList<>();
        for (NodeConnections each : connections) {
            tasks.add(each.loop().eventLoop().submit(() -> {}));
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
        return tasks.stream()
                .allMatch(task ->
                        task.awaitUninterruptibly(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
    }
}
