package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the results of one probe of a container that runs come to. */
final class ProbeState {
    private static final int PERIOD_SECONDS = 10;
    private static final int FAILURES = 3;

    private final @Nullable Probe probe;
    private long nextNanos;
    private int successes;
    private int failures;
    private boolean passed;

    /**
     * @param probe null for none, which counts as passed
     * @param passed what it counts as before its first result
     */
    ProbeState(@Nullable Probe probe, boolean passed, long nowNanos) {
        this.probe = probe;
        this.passed = probe == null || passed;
        this.nextNanos = nowNanos
                + Duration.ofSeconds(value(probe == null ? null : probe.getInitialDelaySeconds(), 0))
                        .toNanos();
    }

    boolean hasPassed() {
        return passed;
    }

    /** Whether it failed as often as it may. */
    boolean hasFailed() {
        return probe != null && failures >= value(probe.getFailureThreshold(), FAILURES);
    }

    /** Probes when it is time. */
    void probe(ProbeAction action, @Nullable Process process, long nowNanos) {
        if (probe == null || nowNanos - nextNanos < 0) {
            return;
        }
        nextNanos = nowNanos
                + Duration.ofSeconds(value(probe.getPeriodSeconds(), PERIOD_SECONDS))
                        .toNanos();
        if (action.succeeds(probe, process)) {
            failures = 0;
            successes++;
            passed |= successes >= value(probe.getSuccessThreshold(), 1);
        } else {
            successes = 0;
            failures++;
            passed &= !hasFailed();
        }
    }

    private static int value(@Nullable Integer value, int otherwise) {
        return Optional.ofNullable(value).orElse(otherwise);
    }
}
