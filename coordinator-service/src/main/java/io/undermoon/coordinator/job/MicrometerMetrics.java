package io.undermoon.coordinator.job;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource.CommitOutcome;
import io.undermoon.coordinator.port.ProxyControl.PushOutcome;
import java.time.Duration;
import java.util.Locale;

/**
 * Counts what the loops do as Micrometer meters. No meter has a tag per proxy or cluster: there may be thousands of
 * them.
 */
final class MicrometerMetrics implements LoopMetrics {
    private final MeterRegistry registry;

    MicrometerMetrics(MeterRegistry registry) {
        this.registry = registry;
        // Registered at the start, so that a rate over a meter is 0 and not missing.
        for (PushOutcome outcome : PushOutcome.values()) {
            count("undermoon.pushes", "outcome", outcome, 0);
        }
        registry.counter("undermoon.pushes", "outcome", "failed");
        for (CommitOutcome outcome : CommitOutcome.values()) {
            count("undermoon.migration.commits", "outcome", outcome, 0);
        }
        for (RespClientException.Reason reason : RespClientException.Reason.values()) {
            count("undermoon.probe.failures", "reason", reason, 0);
        }
        registry.counter("undermoon.migration.aborts");
        registry.counter("undermoon.failure.reports");
        registry.counter("undermoon.failovers", "outcome", "done");
        registry.counter("undermoon.failovers", "outcome", "postponed");
        registry.counter("undermoon.epoch.recoveries");
    }

    void round(String loop, boolean success, Duration duration) {
        // Both are there from the first round on, so that the rate of failures is 0 and not missing.
        Timer successes = registry.timer("undermoon.rounds", "loop", loop, "outcome", "success");
        Timer failures = registry.timer("undermoon.rounds", "loop", loop, "outcome", "failure");
        (success ? successes : failures).record(duration);
    }

    @Override
    public void probeFailed(RespClientException.Reason reason) {
        count("undermoon.probe.failures", "reason", reason, 1);
    }

    @Override
    public void failureReported() {
        registry.counter("undermoon.failure.reports").increment();
    }

    @Override
    public void pushed(PushOutcome outcome) {
        count("undermoon.pushes", "outcome", outcome, 1);
    }

    @Override
    public void pushFailed() {
        registry.counter("undermoon.pushes", "outcome", "failed").increment();
    }

    @Override
    public void committed(CommitOutcome outcome) {
        count("undermoon.migration.commits", "outcome", outcome, 1);
    }

    @Override
    public void migrationAborted() {
        registry.counter("undermoon.migration.aborts").increment();
    }

    @Override
    public void failedOver() {
        registry.counter("undermoon.failovers", "outcome", "done").increment();
    }

    @Override
    public void failoverPostponed() {
        registry.counter("undermoon.failovers", "outcome", "postponed").increment();
    }

    @Override
    public void epochsRecovered() {
        registry.counter("undermoon.epoch.recoveries").increment();
    }

    private void count(String name, String tag, Enum<?> value, int amount) {
        registry.counter(name, tag, value.name().toLowerCase(Locale.ROOT)).increment(amount);
    }
}
