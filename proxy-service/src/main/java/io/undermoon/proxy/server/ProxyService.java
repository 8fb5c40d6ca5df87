package io.undermoon.proxy.server;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.undermoon.proxy.config.ConfigChecks;
import io.undermoon.proxy.config.ProxyConfig;
import io.undermoon.proxy.config.ProxySettings;
import io.undermoon.proxy.config.RegistrationSettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts the proxy with the program and ends it with the program. */
@ApplicationScoped
public class ProxyService {
    private static final Logger LOG = Logger.getLogger(ProxyService.class);

    private final ProxyConfig config;
    private final String version;
    private final CollectorRegistry metrics;
    private @Nullable ProxyServer server;
    private @Nullable Registrar registrar;
    private @Nullable ProxyMetrics registeredMetrics;

    @Inject
    ProxyService(
            ProxyConfig config,
            @ConfigProperty(name = "quarkus.application.version") String version,
            PrometheusMeterRegistry metrics) {
        this.config = config;
        this.version = version;
        this.metrics = metrics.getPrometheusRegistry();
    }

    void start(@Observes StartupEvent event) {
        ProxySettings settings = ProxySettings.of(config, version);
        ConfigChecks.remarks(config).forEach(LOG::warn);
        ProxyServer made = new ProxyServer(settings, Quarkus::asyncExit);
        try {
            made.start();
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        server = made;
        registeredMetrics = new ProxyMetrics(made, this::isRegistered);
        metrics.register(registeredMetrics);
        RegistrationSettings registration = settings.registration();
        if (registration.isWanted()) {
            registrar = new Registrar(
                    registration,
                    new BrokerClient(registration.brokers(), settings.tls().brokers()),
                    made::areOwnNodesUp);
            registrar.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (registrar != null) {
            registrar.close();
        }
        if (registeredMetrics != null) {
            metrics.unregister(registeredMetrics);
        }
        if (server != null) {
            server.close();
            LOG.info("stopped");
        }
    }

    /** The proxy, from the start of the program on. */
    Optional<ProxyServer> server() {
        return Optional.ofNullable(server);
    }

    /** Whether the broker had this proxy in its books when it was last asked. */
    boolean isRegistered() {
        return registrar != null && registrar.isRegistered();
    }
}
