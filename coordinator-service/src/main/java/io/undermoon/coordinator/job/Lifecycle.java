package io.undermoon.coordinator.job;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.undermoon.coordinator.admin.AdminPassword;
import io.undermoon.coordinator.admin.AdminServer;
import io.undermoon.coordinator.broker.BrokerList;
import io.undermoon.coordinator.broker.HttpBroker;
import io.undermoon.coordinator.config.CoordinatorConfig;
import io.undermoon.coordinator.config.ReporterName;
import io.undermoon.coordinator.detect.FailureDetector;
import io.undermoon.coordinator.sync.MetadataSync;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.Set;
import org.jboss.logging.Logger;

/** Starts and stops the admin port, probe loop and epoch watch. Without its admin port the service does not start. */
@Singleton
public class Lifecycle {
    private static final Logger LOG = Logger.getLogger(Lifecycle.class);

    private final AdminServer admin;
    private final EpochWatch watch;
    private final ProbeLoop probes;
    private final CoordinatorConfig config;

    Lifecycle(
            CoordinatorConfig config,
            BrokerList brokers,
            HttpBroker broker,
            MetadataSync sync,
            FailureDetector detector,
            LoopRunner runner) {
        this.config = config;
        this.admin = new AdminServer(
                config.address(),
                brokers,
                ReporterName.of(config),
                AdminPassword.of(
                        config.adminPassword(), config.auth(), config.address().host()));
        this.watch = new EpochWatch(broker, () -> runner.run(ScheduledLoops.SYNC, sync::roundAfterChange));
        this.probes = new ProbeLoop(detector, runner, config.probeInterval(), System::nanoTime);
    }

    /** Runs before the scheduler starts the loops: a coordinator whose start fails must not act. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE - 1) StartupEvent event) {
        listen();
        watch.start();
        probes.start();
        LOG.infof(
                "Coordinator started: address=%s reporter_id=%s brokers=%s",
                config.address(), ReporterName.of(config), config.brokerAddress());
    }

    private void listen() {
        try {
            admin.start();
        } catch (IllegalStateException e) {
            // Quarkus prints an exception of this type without a cause as one line, not as a stack trace.
            throw new ConfigurationException(e.getMessage(), Set.of("undermoon.address"));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        probes.close();
        watch.close();
        admin.close();
    }
}
