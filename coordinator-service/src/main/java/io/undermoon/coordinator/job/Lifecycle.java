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
import io.undermoon.coordinator.detect.LeaseGrants;
import io.undermoon.coordinator.migrate.MigrationCommit;
import io.undermoon.coordinator.sync.MetadataSync;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Starts and stops the admin port, the epoch watch, and the loops of probes, leases and migrations. Without its admin
 * port the service does not start.
 */
@Singleton
public class Lifecycle {
    private static final Logger LOG = Logger.getLogger(Lifecycle.class);

    /** How often leases are renewed of proxies whose partners do not answer. A lease lasts for six times as long. */
    private static final Duration LEASE_INTERVAL = Duration.ofMillis(200);

    private final AdminServer admin;
    private final EpochWatch watch;
    private final ProbeLoop probes;
    private final RepeatedStep leases;
    private final MigrationLoop migrations;
    private final CoordinatorConfig config;

    Lifecycle(
            CoordinatorConfig config,
            BrokerList brokers,
            HttpBroker broker,
            MetadataSync sync,
            FailureDetector detector,
            LeaseGrants leases,
            MigrationCommit migrations,
            LoopRunner runner) {
        this.config = config;
        this.admin = new AdminServer(
                config.address(),
                brokers,
                ReporterName.of(config),
                AdminPassword.of(
                        config.adminPassword(), config.auth(), config.address().host()));
        this.watch = new EpochWatch(broker, () -> runner.run(ScheduledLoops.SYNC, sync::roundAfterChange));
        this.leases = new RepeatedStep("lease-loop", () -> {
            runner.run(ScheduledLoops.LEASE, leases::round);
            return LEASE_INTERVAL;
        });
        this.migrations = new MigrationLoop(migrations, runner, config.roundInterval(), System::nanoTime);
        this.probes = new ProbeLoop(detector, runner, config.probeInterval(), System::nanoTime);
    }

    /** Runs before the scheduler starts the loops: a coordinator whose start fails must not act. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE - 1) StartupEvent event) {
        listen();
        watch.start();
        probes.start();
        leases.start();
        migrations.start();
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
        leases.close();
        migrations.close();
        watch.close();
        admin.close();
    }
}
