package io.undermoon.proxy.server;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.quarkus.scheduler.Scheduler;
import io.undermoon.proxy.config.ProxyConfig;
import io.undermoon.proxy.config.ProxySettings;
import io.undermoon.proxy.config.RegistrationSettings;
import io.undermoon.proxy.config.Remarks;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts the proxy with the application and stops it with the application. */
@ApplicationScoped
public class ProxyService {
    private static final Logger LOG = Logger.getLogger(ProxyService.class);

    private final ProxyConfig config;
    private final String version;
    private final CollectorRegistry metrics;
    private @Nullable ProxyServer server;
    private @Nullable Registrar registrar;
    private final List<Collector> registeredMetrics = new ArrayList<>();

    @Inject
    ProxyService(
            ProxyConfig config,
            @ConfigProperty(name = "quarkus.application.version") String version,
            PrometheusMeterRegistry metrics) {
        this.config = config;
        this.version = version;
        this.metrics = metrics.getPrometheusRegistry();
    }

    void start(@Observes StartupEvent event, Scheduler scheduler) {
        ProxySettings settings = ProxySettings.of(config, version);
        Remarks.of(settings).forEach(LOG::warn);
        ProxyServer made = new ProxyServer(settings, Quarkus::asyncExit);
        try {
            made.start();
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        server = made;
        register(new ProxyMetrics(made, this::isRegistered));
        register(new RedisMetrics(made::info));
        every(scheduler, "users-file", config.usersFileInterval(), made::followUsersFile);
        if (settings.outside() != null) {
            every(scheduler, "external", config.external().addressesInterval(), made::followOutsideAddresses);
        }
        every(scheduler, "tls-files", config.tls().reloadInterval(), made::followTlsFiles);
        RegistrationSettings registration = settings.registration();
        if (registration.isWanted()) {
            registrar = new Registrar(
                    registration,
                    new BrokerClient(
                            registration.brokers(),
                            settings.tls().brokers(),
                            registration.token(),
                            made.topology()::installation),
                    made::areOwnNodesUp,
                    made::needsMetadata,
                    made::marks,
                    made::adopt);
            registrar.start();
        }
    }

    private void register(Collector collector) {
        metrics.register(collector);
        registeredMetrics.add(collector);
    }

    /**
     * Runs a task that may read files, on a worker thread, not while it still runs; never when the interval is zero.
     */
    private static void every(Scheduler scheduler, String name, Duration interval, Runnable task) {
        if (!interval.isZero()) {
            scheduler
                    .newJob(name)
                    .setInterval(interval.toString())
                    .setDelayed(interval.toString())
                    .setConcurrentExecution(ConcurrentExecution.SKIP)
                    .setTask(execution -> task.run())
                    .schedule();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (registrar != null) {
            registrar.close();
        }
        registeredMetrics.forEach(metrics::unregister);
        if (server != null) {
            server.close();
            LOG.infof("Proxy stopped: proxy=%s", config.announceAddress().orElse(config.address()));
        }
    }

    /** The proxy; empty until the application has started. */
    Optional<ProxyServer> server() {
        return Optional.ofNullable(server);
    }

    /** Whether the broker had this proxy registered when it last answered. */
    boolean isRegistered() {
        return registrar != null && registrar.isRegistered();
    }
}
