package io.undermoon.coordinator.job;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.undermoon.coordinator.broker.HttpBroker;
import io.undermoon.coordinator.config.CoordinatorConfig;
import io.undermoon.coordinator.failover.Failover;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.sync.MetadataSync;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The loops with one round per interval, and the registration of this coordinator; probing ({@link ProbeLoop}), leases
 * and, while slots move, migrations ({@link MigrationLoop}) have shorter intervals. A round that takes longer than the
 * interval makes its loop skip rounds.
 */
@Singleton
public class ScheduledLoops {
    static final String DETECT = "detect";
    static final String SYNC = "sync";
    static final String MIGRATE = "migrate";
    static final String FAILOVER = "failover";
    static final String LEASE = "lease";
    static final String REGISTER = "register";
    static final List<String> LOOPS = List.of(DETECT, SYNC, MIGRATE, FAILOVER, LEASE, REGISTER);

    /** Several times in the life of a registration. */
    private static final String REGISTRATION_INTERVAL = "5s";

    private static final String INTERVAL = "${undermoon.round_interval:1s}";

    private final LoopRunner runner;
    private final MetadataSync sync;
    private final Runnable failoverRound;
    private final FailureLedger ledger;

    ScheduledLoops(
            LoopRunner runner, MetadataSync sync, Failover failover, HttpBroker broker, CoordinatorConfig config) {
        this.runner = runner;
        this.sync = sync;
        this.ledger = broker;
        this.failoverRound = Wiring.failoverRound(failover, config);
    }

    @Scheduled(identity = SYNC, every = INTERVAL, concurrentExecution = ConcurrentExecution.SKIP)
    void synchronise() {
        runner.run(SYNC, sync::round);
    }

    @Scheduled(identity = REGISTER, every = REGISTRATION_INTERVAL, concurrentExecution = ConcurrentExecution.SKIP)
    void register() {
        runner.run(REGISTER, ledger::register);
    }

    @Scheduled(identity = FAILOVER, every = INTERVAL, concurrentExecution = ConcurrentExecution.SKIP)
    void failOver() {
        runner.run(FAILOVER, failoverRound);
    }
}
