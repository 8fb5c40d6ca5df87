package io.undermoon.broker.config;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.quarkus.scheduler.Scheduler;
import io.undermoon.broker.auth.AccessControl;
import io.undermoon.broker.observe.History;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.replica.ReplicaPush;
import io.undermoon.broker.store.AutoBalance;
import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.HotSpares;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.broker.store.MigrationProgressCache;
import io.undermoon.fault.UndermoonException;
import io.undermoon.tls.ServiceTls;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.jboss.logging.Logger;

/** The periodic jobs of the broker. */
public final class Schedule {
    private static final Logger LOG = Logger.getLogger(Schedule.class);
    private static final Duration HOUSEKEEPING_INTERVAL = Duration.ofSeconds(1);
    private static final Duration HISTORY_INTERVAL = Duration.ofSeconds(5);

    void start(
            @Observes StartupEvent event,
            Scheduler scheduler,
            Settings settings,
            BrokerConfig config,
            ServiceTls tls,
            AccessControl access,
            MetadataWriter metadata,
            ClusterScaling scaling,
            AutoBalance balance,
            HotSpares spares,
            MigrationProgressCache progress,
            ReplicaPush replicaPush,
            ProxyObserver observer,
            History history) {
        identify(metadata);
        every(scheduler, "installation-id", HOUSEKEEPING_INTERVAL, metadata::identifyNew);
        every(scheduler, "failure-expiry", HOUSEKEEPING_INTERVAL, metadata::expireFailureReports);
        every(scheduler, "storage-refresh", settings.storageRefresh(), metadata::refresh);
        every(scheduler, "host-drains", HOUSEKEEPING_INTERVAL, () -> whileReachable(metadata, scaling::advanceDrains));
        every(scheduler, "hot-spares", HOUSEKEEPING_INTERVAL, () -> whileReachable(metadata, spares::round));
        every(scheduler, "progress-expiry", HOUSEKEEPING_INTERVAL, progress::prune);
        every(scheduler, "tls-files", config.tls().reloadInterval(), tls::refresh);
        every(scheduler, "accounts-file", config.accountsReloadInterval(), access::refresh);
        if (config.autoBalance()) {
            every(scheduler, "auto-balance", HOUSEKEEPING_INTERVAL, () -> whileReachable(metadata, balance::round));
        }
        if (config.console()) {
            every(scheduler, "proxy-observer", HOUSEKEEPING_INTERVAL, () -> observer.tick(metadata.state()));
            every(scheduler, "history", HISTORY_INTERVAL, () -> history.record(metadata.state(), observer));
        }
        if (!settings.syncMetaInterval().isZero()) {
            every(scheduler, "replica-push", settings.syncMetaInterval(), replicaPush::push);
        }
    }

    /** Before the first proxy registers, if the storage takes it. */
    private static void identify(MetadataWriter metadata) {
        try {
            metadata.identifyNew();
        } catch (UndermoonException e) {
            LOG.debugf(e, "Installation has no id yet");
        }
    }

    /** Without its storage the broker changes nothing. */
    private static void whileReachable(MetadataWriter metadata, Runnable task) {
        if (metadata.outage().isEmpty()) {
            task.run();
        }
    }

    private static void every(Scheduler scheduler, String name, Duration interval, Runnable task) {
        scheduler
                .newJob(name)
                .setInterval(interval.toString())
                .setDelayed(interval.toString())
                .setConcurrentExecution(ConcurrentExecution.SKIP)
                .setTask(execution -> task.run())
                .schedule();
    }
}
