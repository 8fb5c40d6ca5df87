package io.undermoon.broker.monitor;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.plan.ProxyPool;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.store.MetadataWriter;
import jakarta.enterprise.event.Observes;
import java.util.function.ToDoubleFunction;

/** Gauges of the metadata, computed when they are read. Requests are counted by the HTTP server. */
public final class BrokerMetrics {
    private static final String PREFIX = "undermoon.broker.";

    void register(@Observes StartupEvent event, MeterRegistry registry, MetadataWriter metadata) {
        gauge(
                registry,
                metadata,
                "global.epoch",
                "The global epoch",
                s -> s.state().globalEpoch().value());
        gauge(
                registry,
                metadata,
                "clusters",
                "Clusters",
                s -> s.state().clusters().size());
        gauge(
                registry,
                metadata,
                "clusters.migrating",
                "Clusters with unfinished migrations",
                s -> s.state().clusters().values().stream()
                        .filter(StoredCluster::runsMigrations)
                        .count());
        gauge(
                registry,
                metadata,
                "failures",
                "Proxies that wait for a failover",
                s -> FailureReports.awaitingFailover(s.state(), s.planContext()).size());
        gauge(
                registry,
                metadata,
                "storage.failing",
                "1 while the storage cannot be read or the last change could not be stored",
                s -> s.storageFails() ? 1 : 0);
        proxies(
                registry,
                metadata,
                "free",
                s -> ProxyPool.free(s.state(), s.planContext()).size());
        proxies(registry, metadata, "failed", s -> s.state().failedProxies().size());
        proxies(
                registry,
                metadata,
                "used",
                s -> s.state().allProxies().values().stream()
                        .filter(proxy -> proxy.cluster() != null)
                        .count());
    }

    /** The registry can outlive the application, as in dev mode; gauges of the old application would hide new ones. */
    void remove(@Observes ShutdownEvent event, MeterRegistry registry) {
        registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith(PREFIX))
                .forEach(registry::remove);
    }

    private static void gauge(
            MeterRegistry registry,
            MetadataWriter metadata,
            String name,
            String description,
            ToDoubleFunction<MetadataWriter> value) {
        Gauge.builder(PREFIX + name, metadata, value).description(description).register(registry);
    }

    private static void proxies(
            MeterRegistry registry, MetadataWriter metadata, String state, ToDoubleFunction<MetadataWriter> value) {
        Gauge.builder(PREFIX + "proxies", metadata, value)
                .description("Registered proxies by state; a failed one may still be used")
                .tag("state", state)
                .register(registry);
    }
}
