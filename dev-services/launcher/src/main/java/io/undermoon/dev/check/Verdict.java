package io.undermoon.dev.check;

import io.undermoon.dev.check.Findings.Finding;
import io.undermoon.dev.clusterclient.Redirection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The result of a run.
 *
 * @param findings the first of all
 * @param findingCount how many in all
 * @param acknowledged commands that were executed for certain
 * @param unknown commands whose outcome is unknown
 * @param errors how often clients saw which error, beside redirections
 * @param replicas how many replicas of each master were read
 */
public record Verdict(
        long seed,
        List<Finding> findings,
        long findingCount,
        long acknowledged,
        long unknown,
        Map<String, Long> errors,
        boolean errorsAllowed,
        Map<Redirection.Kind, Long> redirections,
        Histogram latencyNanos,
        int replicas) {
    private static final int SHOWN = 40;

    /**
     * The data is right, no client saw an error (unless errors are allowed), and at least one command was acknowledged.
     */
    public boolean passed() {
        return findingCount == 0 && acknowledged > 0 && (errorsAllowed || errors.isEmpty());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%d commands acknowledged, %d refused or failed, %d of them with unknown outcome; redirections %s%n",
                acknowledged,
                Meter.sum(errors),
                unknown,
                redirections));
        text.append(String.format(
                Locale.ROOT,
                "latency p50 %.2f ms, p99 %.2f ms, longest %.1f ms; masters and %d replica(s) of each compared%n",
                latencyNanos.getValueAtPercentile(50) / 1e6,
                latencyNanos.getValueAtPercentile(99) / 1e6,
                latencyNanos.getMaxValue() / 1e6,
                replicas));
        errors.entrySet().stream()
                .limit(SHOWN)
                .forEach(error -> text.append(String.format("  error  %6d x %s%n", error.getValue(), error.getKey())));
        findings.stream().limit(SHOWN).forEach(finding -> text.append(String.format("  WRONG  %s%n", finding)));
        if (findingCount > SHOWN) {
            text.append(String.format("  … and %d more%n", findingCount - SHOWN));
        }
        text.append(passed() ? "PASSED" : "FAILED: " + reason())
                .append(", seed number ")
                .append(seed);
        return text.toString();
    }

    private String reason() {
        if (findingCount > 0) {
            return findingCount + " findings";
        }
        return acknowledged == 0 ? "no command was acknowledged" : "clients saw errors";
    }
}
