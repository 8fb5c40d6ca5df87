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

/** Up while every event loop turns: each carries out a task within a second. */
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
        boolean alive = service.server().map(LivenessProbe::turns).orElse(true);
        return HealthCheckResponse.named("event loops").status(alive).build();
    }

    private static boolean turns(ProxyServer server) {
        List<NodeConnections> connections = new ArrayList<>(server.dataPlane().connections());
        connections.add(server.dataPlane().controlConnections());
        List<Future<?>> signs = new ArrayList<>();
        for (NodeConnections each : connections) {
            signs.add(each.loop().eventLoop().submit(() -> {}));
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
        return signs.stream()
                .allMatch(sign ->
                        sign.awaitUninterruptibly(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
    }
}
