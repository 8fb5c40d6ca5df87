package io.undermoon.operator.plan;

import io.fabric8.kubernetes.api.model.Condition;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.api.UndermoonClusterStatus;
import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.broker.BrokerView.Chunk;
import io.undermoon.operator.broker.BrokerView.Cluster;
import io.undermoon.operator.kube.Conditions;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.plan.Observed.ProxyPod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The part of a status that says how a cluster is. Conditions are made anew of what is observed each time, so none
 * stays longer than its reason.
 */
public final class Statuses {
    public static final String READY = "Ready";
    public static final String PROGRESSING = "Progressing";
    public static final String DEGRADED = "Degraded";

    private static final long MILLIS_PER_SECOND = 1000;
    private static final int PERCENT = 100;

    private record Verdict(String status, String reason, String message) {
        static Verdict of(boolean value, String reason, String message) {
            return new Verdict(value ? "True" : "False", reason, message);
        }
    }

    private Statuses() {}

    /** Fills in a status; what the operator remembers in it for itself stays. */
    public static void describe(UndermoonClusterStatus status, Observed observed, Step step, long generation) {
        Optional<Cluster> cluster = observed.broker().flatMap(BrokerView::cluster);
        status.observedGeneration = generation;
        status.state = step.state();
        status.message = step.message();
        status.selector = selector(observed);
        cluster.ifPresent(value -> status.chunks = value.chunksWithSlots());
        status.progress = cluster.filter(Cluster::isMigrating)
                .map(value -> progress(value.moves()))
                .orElse(null);
        List<Condition> before = status.conditions;
        Instant now = Instant.ofEpochMilli(observed.nowMillis());
        List<Condition> conditions = new ArrayList<>();
        conditions.add(condition(READY, ready(observed, cluster), before, now, generation));
        conditions.add(condition(PROGRESSING, progressing(step), before, now, generation));
        conditions.add(condition(DEGRADED, degraded(observed, step, cluster), before, now, generation));
        status.conditions = conditions;
    }

    private static String selector(Observed observed) {
        StringBuilder selector = new StringBuilder();
        observed.names()
                .selector(Names.Component.PROXY)
                .forEach((key, value) -> selector.append(selector.isEmpty() ? "" : ",")
                        .append(key)
                        .append('=')
                        .append(value));
        return selector.toString();
    }

    private static UndermoonClusterStatus.Progress progress(BrokerView.Moves moves) {
        UndermoonClusterStatus.Progress progress = new UndermoonClusterStatus.Progress();
        progress.slotsLeft = moves.slots();
        if (moves.keysTotal() > 0) {
            progress.percent = (int) Math.min(PERCENT, moves.keysCopied() * PERCENT / moves.keysTotal());
        }
        progress.secondsLeft = moves.millisLeft()
                .map(millis -> (millis + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND)
                .orElse(null);
        return progress;
    }

    private static Verdict ready(Observed observed, Optional<Cluster> cluster) {
        if (observed.broker().isEmpty()) {
            return observed.status().created
                    ? new Verdict("Unknown", "BrokerUnreachable", observed.brokerProblem())
                    : Verdict.of(false, "NotCreated", observed.brokerProblem());
        }
        if (cluster.isEmpty()) {
            return observed.status().created
                    ? Verdict.of(false, Step.METADATA_LOST, "the brokers do not know the cluster")
                    : Verdict.of(false, "NotCreated", "the cluster has not been created yet");
        }
        for (Chunk chunk : cluster.get().chunks()) {
            if (chunk.hasStableSlots() && chunk.proxies().stream().noneMatch(proxy -> serves(observed, proxy))) {
                return Verdict.of(
                        false,
                        "ChunkDown",
                        "neither half serves of the chunk of " + String.join(" and ", chunk.proxies()));
            }
        }
        return Verdict.of(true, "Serving", "all slots are served");
    }

    /** Proxies that only give slots away are not ready, and serve. */
    private static boolean serves(Observed observed, String proxy) {
        boolean isUp = observed.broker()
                .filter(broker ->
                        !broker.failed().contains(proxy) && !broker.failing().contains(proxy))
                .isPresent();
        return isUp
                && observed.pod(Names.podOf(proxy)).filter(ProxyPod::isRunning).isPresent();
    }

    private static Verdict progressing(Step step) {
        return Verdict.of(!step.isSteady() && !step.state().equals("Paused"), step.state(), step.message());
    }

    private static Verdict degraded(Observed observed, Step step, Optional<Cluster> cluster) {
        if (step.state().equals(Step.METADATA_LOST) || step.state().equals(Step.REFUSED)) {
            return Verdict.of(true, step.state(), step.message());
        }
        if (observed.broker().isEmpty() && observed.status().created) {
            return Verdict.of(true, "BrokerUnreachable", observed.brokerProblem());
        }
        Optional<String> trouble = observed.broker()
                .flatMap(broker -> cluster.flatMap(value -> Planner.trouble(broker, value)))
                .or(() -> cluster.flatMap(value -> missingSpares(observed, value)));
        if (trouble.isPresent()) {
            return Verdict.of(true, "CopyMissing", trouble.get());
        }
        if (!observed.problems().isEmpty()) {
            return Verdict.of(true, "SecretMissing", String.join("; ", observed.problems()));
        }
        if (!observed.unreachable().isEmpty()) {
            return Verdict.of(true, "NoExternalAddress", String.join("; ", observed.unreachable()));
        }
        String refused = observed.status().volumeMessage;
        if (refused != null && !observed.claims().isEmpty()) {
            return Verdict.of(true, "VolumesNotResized", refused);
        }
        Optional<String> failed = observed.growing().stream()
                .filter(Observed.GrowingClaim::hasFailed)
                .findFirst()
                .map(claim -> "volume claim " + claim.name() + ": " + claim.progress());
        if (failed.isPresent()) {
            return Verdict.of(true, "VolumesNotResized", failed.get());
        }
        Optional<String> near = observed.broker()
                .flatMap(broker -> cluster.flatMap(value -> near(new Placement(observed, broker), value)));
        if (near.isPresent()) {
            return Verdict.of(true, "NotSpread", near.get());
        }
        return Verdict.of(false, "Complete", "all copies are there");
    }

    private static Optional<String> near(Placement placement, Cluster cluster) {
        return placement
                .near(cluster)
                .map(chunk -> placement.described(chunk)
                        + (placement.canSeparate(cluster, chunk)
                                ? ""
                                : "; two free proxies that are farther apart are needed, so spec.spares at least 2"));
    }

    private static Optional<String> missingSpares(Observed observed, Cluster cluster) {
        int copies = observed.spec().copies;
        int wanted = cluster.chunks().size() * (copies - UndermoonClusterSpec.DEFAULT_COPIES);
        int present = cluster.spares().size();
        return present < wanted
                ? Optional.of(present + " of " + wanted + " hot spares are there for " + copies + " copies")
                : Optional.empty();
    }

    private static Condition condition(
            String type, Verdict verdict, List<Condition> before, Instant now, long generation) {
        return Conditions.of(type, verdict.status(), verdict.reason(), verdict.message(), before, now, generation);
    }
}
