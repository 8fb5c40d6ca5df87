package io.undermoon.broker.rest;

import io.undermoon.broker.observe.Problem.Severity;
import io.undermoon.broker.rest.OverviewMessages.ClusterOverview;
import io.undermoon.broker.rest.OverviewMessages.HostOverview;
import io.undermoon.broker.rest.OverviewMessages.ProblemStatus;
import io.undermoon.broker.rest.OverviewMessages.Verdict;
import io.undermoon.broker.state.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToIntFunction;

/** The answers to the four questions of the first screen. */
record Verdicts(
        Metadata state, List<ClusterOverview> clusters, List<HostOverview> hosts, List<ProblemStatus> problems) {

    /** Does everything serve? */
    Verdict serving() {
        if (clusters.isEmpty()) {
            return new Verdict("ok", "There is no cluster yet");
        }
        int notServed = sum(cluster -> cluster.health().slotsNotServed());
        int changing = sum(cluster -> cluster.health().slotsChanging());
        int unknown = sum(cluster -> cluster.health().slotsUnknown());
        if (notServed > 0) {
            return new Verdict(
                    "critical", count(notServed, "slot") + (notServed == 1 ? " is" : " are") + " not served");
        }
        if (unknown > 0) {
            return new Verdict("unknown", "Of " + count(unknown, "slot") + " it is not known yet");
        }
        if (changing > 0) {
            return new Verdict("busy", count(changing, "slot") + " change their master just now");
        }
        return new Verdict("ok", "All slots of " + count(clusters.size(), "cluster") + " are served");
    }

    /** Are all copies safe? */
    Verdict copies() {
        int masters = sum(cluster -> cluster.health().masters());
        int alone = sum(cluster -> cluster.health().mastersWithoutCopy());
        int unknown = sum(cluster -> cluster.health().mastersUnknown());
        if (alone > 0) {
            return new Verdict("warning", alone + " of " + count(masters, "master") + " have the only copy");
        }
        if (unknown > 0) {
            return new Verdict("unknown", "Of " + count(unknown, "master") + " it is not known yet");
        }
        return masters == 0
                ? new Verdict("ok", "There is nothing to copy")
                : new Verdict("ok", "All " + count(masters, "master") + " have a replica in sync");
    }

    /** What is moving, and until when? */
    Verdict moving() {
        List<String> parts = new ArrayList<>();
        int running = sum(ClusterOverview::movesRunning);
        int waiting = sum(ClusterOverview::movesWaiting);
        if (running + waiting > 0) {
            List<ClusterOverview> busy = clusters.stream()
                    .filter(cluster -> cluster.movesRunning() + cluster.movesWaiting() > 0)
                    .toList();
            boolean isKnown = busy.stream().allMatch(cluster -> cluster.etaMs() != null);
            long millis = busy.stream()
                    .map(ClusterOverview::etaMs)
                    .filter(Objects::nonNull)
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(0);
            parts.add(count(sum(ClusterOverview::slotsMoving), "slot") + " in " + count(running + waiting, "move")
                    + (isKnown ? ", about " + duration(millis) + " left" : ", time left not known yet"));
        }
        hosts.stream()
                .filter(HostOverview::draining)
                .map(host -> "host " + host.host() + (host.used() == 0 ? " is drained" : " is being drained"))
                .forEach(parts::add);
        if (!state.maintenance().isEmpty()) {
            parts.add(count(state.maintenance().size(), "proxy").replace("proxys", "proxies") + " under maintenance");
        }
        return parts.isEmpty() ? new Verdict("ok", "Nothing moves") : new Verdict("busy", String.join("; ", parts));
    }

    /** What needs somebody? */
    Verdict attention() {
        int critical = number(Severity.CRITICAL);
        int warnings = number(Severity.WARNING);
        int notices = number(Severity.NOTICE);
        if (critical > 0) {
            return new Verdict("critical", count(critical, "urgent problem") + others(warnings + notices));
        }
        if (warnings > 0) {
            return new Verdict("warning", count(warnings, "warning") + others(notices));
        }
        return notices > 0
                ? new Verdict("ok", "Nothing urgent; " + count(notices, "notice"))
                : new Verdict("ok", "Nothing needs you");
    }

    private int number(Severity severity) {
        return (int) problems.stream()
                .filter(problem -> problem.severity().equals(severity.wireName()))
                .count();
    }

    private static String others(int number) {
        return number == 0 ? "" : " and " + count(number, "other");
    }

    private int sum(ToIntFunction<ClusterOverview> of) {
        return clusters.stream().mapToInt(of).sum();
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String duration(long millis) {
        long seconds = Math.max(1, Math.round(millis / 1000.0));
        return seconds < 120 ? seconds + " s" : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }
}
