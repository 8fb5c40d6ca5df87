package io.undermoon.coordinator.job;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.undermoon.coordinator.config.CoordinatorConfig;
import io.undermoon.coordinator.detect.FailureDetector;
import io.undermoon.coordinator.failover.Failover;
import io.undermoon.coordinator.migrate.MigrationCommit;
import io.undermoon.coordinator.sync.MetadataSync;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * The four loops, each with one round per interval. A round that takes longer than the interval makes its loop skip
 * rounds.
 */
@Singleton
public class ScheduledLoops {
    static final String DETECT = "detect";
    static final String SYNC = "sync";
    static final String MIGRATE = "migrate";
    static final String FAILOVER = "failover";
    static final List<String> LOOPS = List.of(DETECT, SYNC, MIGRATE, FAILOVER);

    private static final String INTERVAL = "${undermoon.round_interval:1s}";

    private final LoopRunner runner;
    private final FailureDetector detector;
    private final MetadataSync sync;
    private final MigrationCommit migrations;
    private final Failover failover;
    private final boolean failoverDisabled;

    ScheduledLoops(
            LoopRunner runner,
            FailureDetector detector,
            MetadataSync sync,
            MigrationCommit migrations,
            Failover failover,
            CoordinatorConfig config) {
        this.runner = runner;
        this.detector = detector;
        this.sync = sync;
        this.migrations = migrations;
        this.failover = failover;
        this.failoverDisabled = config.disableFailover();
    }

    @Scheduled(identity = DETECT, every = INTERVAL, concurrentExecution = ConcurrentExecution.SKIP)
    void detect() {
        runner.run(DETECT, detector::round);
    }

    @Scheduled(identity = SYNC, every = INTERVAL, concurrentExecution = ConcurrentExecution.SKIP)
    void synchronise() {
        runner.run(SYNC, sync::round);
    }

    @Scheduled(identity = MIGRATE, every = INTERVAL, concurrentExecution = ConcurrentExecution.SKIP)
    void migrate() {
        runner.run(MIGRATE, migrations::round);
    }

    @Scheduled(identity = FAILOVER, every = INTERVAL, concurrentExecution = ConcurrentExecution.SKIP)
    void failOver() {
        runner.run(FAILOVER, failoverDisabled ? () -> {} : failover::round);
    }
}
