package io.undermoon.proxy.server;

import io.undermoon.metadata.ClusterName;
import io.undermoon.proxy.replication.NodeStatus;
import io.undermoon.proxy.topology.Readiness;
import io.undermoon.proxy.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.OptionalInt;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** Up when {@code UMCTL READY} answers 1; its data has the state of each Redis node. */
@org.eclipse.microprofile.health.Readiness
@ApplicationScoped
public class ReadinessProbe implements HealthCheck {
    /** The nodes are asked several times a second, and wait between errors. */
    private static final long SILENT_MILLIS = 3000;

    private final ProxyService service;

    @Inject
    ReadinessProbe(ProxyService service) {
        this.service = service;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("proxy");
        return service.server()
                .map(server -> describe(response, server))
                .orElseGet(() -> response.down().build());
    }

    private HealthCheckResponse describe(HealthCheckResponseBuilder response, ProxyServer server) {
        Topology topology = server.topology().current();
        ClusterName cluster = topology.clusterName();
        response.withData("cluster", cluster == null ? "" : cluster.value());
        response.withData("epoch", topology.epoch().value());
        response.withData("registered", service.isRegistered());
        for (NodeStatus node : server.nodes()) {
            response.withData(
                    node.node().value(),
                    describe(node) + foreign(server.foreignClients().count(node.node())));
        }
        return response.status(Readiness.of(topology)).build();
    }

    private static String foreign(OptionalInt count) {
        return count.orElse(0) == 0 ? "" : ", " + count.getAsInt() + " clients that did not come through a proxy";
    }

    private static String describe(NodeStatus node) {
        String state = node.role().wireName() + (node.up() ? " up" : " down");
        String known = node.problem() == null ? state : state + ": " + node.problem();
        long silentMillis = node.millisSinceLastAnswer();
        return silentMillis < SILENT_MILLIS ? known : known + ", last answer " + silentMillis + " ms ago";
    }
}
